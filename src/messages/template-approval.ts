import type { Instance, InstanceService } from '../instances/instance-service.ts';
import type { ProviderTemplate, Sender } from '../senders/sender.ts';
import { ProductError } from '../text/product-error.ts';
import type { NotificationTemplate } from './message-template.ts';

/** A person waits for the answer. */
const TIMEOUT_MILLISECONDS = 10_000;
const APPROVED = 'APPROVED';

/**
 * Asks the providers of a store's instances whether a template could be sent.
 * @returns what is wrong with it; null when it is approved, or no provider says (then the first message shows it)
 */
export type TemplateApproval = (storeId: string, template: NotificationTemplate) => Promise<ProductError | null>;

export function createTemplateApproval(dependencies: {
  instances: InstanceService;
  senderOf(instance: Instance): Promise<Sender>;
}): TemplateApproval {
  const { instances, senderOf } = dependencies;
  return async (storeId, template) => {
    for (const instance of await instances.ofStore(storeId)) {
      const sender = await senderOf(instance);
      const known = await sender.templates?.(template.name, AbortSignal.timeout(TIMEOUT_MILLISECONDS));
      const problem = known ? problemOf(template, known, instance.name) : null;
      if (problem) return problem;
    }
    return null;
  };
}

function problemOf(
  { name, language, parameters, imageUrl }: NotificationTemplate,
  known: readonly ProviderTemplate[],
  instance: string,
): ProductError | null {
  const found = known.find((candidate) => candidate.language === language);
  if (!found) {
    const languages = known.map((candidate) => candidate.language).join(', ');
    return new ProductError('template_not_found', { name, language, instance, count: known.length, languages });
  }
  if (found.status !== APPROVED) return new ProductError('template_not_approved', { name, status: found.status });
  if (typeof found.parameters === 'string') {
    return new ProductError('template_too_much', { name, surplus: found.parameters });
  }
  if (found.parameters !== parameters.length) {
    return new ProductError('template_parameter_count', { name, asked: found.parameters, given: parameters.length });
  }
  if (found.hasImage !== (imageUrl !== null)) {
    return new ProductError('template_image', { name, asks: found.hasImage ? 'yes' : 'no' });
  }
  return null;
}
