import type { MessageTemplate } from '../senders/sender.ts';
import { ProductError } from '../text/product-error.ts';
import { checkText, renderText } from './message-text.ts';
import { type MessageVariables, variablesOfType } from './message-variables.ts';
import type { NotificationType } from './notification-catalogue.ts';

/** What a notification is sent as where only an approved template may be sent. */
export interface NotificationTemplate {
  /** As it is called at Meta. */
  name: string;
  /** As Meta writes it: `pt_BR`. */
  language: string;
  /** The variables whose values `{{1}}`, `{{2}}`, … of its body get. */
  parameters: string[];
  /** The address of the picture in its header; null where it has none. */
  imageUrl: string | null;
}

/** Meta's rule for the names of templates (developers.facebook.com/docs/whatsapp/business-management-api/message-templates). */
const NAME = /^[a-z0-9_]{1,512}$/;
const LANGUAGE = /^[a-z]{2,3}(_[A-Z]{2,4})?$/;
const VARIABLE = /^[\w.-]+$/;

/**
 * Refuses a template that could not be filled in.
 * @throws ProductError `template_name`, `template_language`, `text_variable_unknown`
 */
export function checkTemplate({ name, language, parameters }: NotificationTemplate, type: NotificationType): void {
  if (!NAME.test(name)) throw new ProductError('template_name', { name });
  if (!LANGUAGE.test(language)) throw new ProductError('template_language', { language });
  for (const variable of parameters) {
    if (!VARIABLE.test(variable)) {
      throw new ProductError('text_variable_unknown', { name: variable, names: variablesOfType(type).join(', ') });
    }
    checkText(asText(variable), type);
  }
}

export type FilledTemplate = { ok: true; template: MessageTemplate } | { ok: false; missing: string };

/** Fills a template in; Meta takes no empty value, so a variable that the event does not carry stops it. */
export function fillTemplate(
  { name, language, parameters, imageUrl }: NotificationTemplate,
  variables: MessageVariables,
): FilledTemplate {
  const values = parameters.map((variable) => renderText(asText(variable), variables));
  const missing = values.find((value) => !value.ok);
  if (missing && !missing.ok) return { ok: false, missing: missing.missing };
  return {
    ok: true,
    template: { name, language, parameters: values.flatMap((value) => (value.ok ? [value.text] : [])), imageUrl },
  };
}

function asText(variable: string): string {
  return `{{& ${variable}}}`;
}
