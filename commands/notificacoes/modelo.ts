import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Reply } from '../../src/chat/message.ts';
import { checkTemplate, type NotificationTemplate } from '../../src/messages/message-template.ts';
import { variablesOfType } from '../../src/messages/message-variables.ts';
import { type NotificationSettings, withStep } from '../../src/messages/notification-settings.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { editField } from '../edit-field.ts';
import { imageOption, typedImage } from '../options/image-option.ts';
import { namedStoreOption, storeReference } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';
import {
  type Context,
  chosenNotification,
  notificationName,
  notificationOption,
  productOption,
  stepOption,
  typedProduct,
  typedStep,
  withProduct,
} from './notification-options.ts';
import { previewReply } from './preview-reply.ts';

const NO_TEMPLATE = 'nenhum';
const DEFAULT_LANGUAGE = 'pt_BR';

const templateOption: CommandOption<CommandServices> = {
  name: 'modelo',
  description: 'option.template',
  required: false,
  takesBeside: true,
  example: 'pix_gerado',
  maximumLength: 512,
};
const variablesOption: CommandOption<CommandServices> = {
  name: 'variaveis',
  description: 'option.template_variables',
  required: false,
  example: 'customer.first_name, order.total',
  maximumLength: 2_000,
};
const languageOption: CommandOption<CommandServices> = {
  name: 'idioma',
  description: 'option.template_language',
  required: false,
  example: DEFAULT_LANGUAGE,
  maximumLength: 10,
};

/** Chooses the approved template that a notification is sent as outside Meta's 24 hours; with none given, asks for it. */
export const modelo: CommandVerb<CommandServices> = {
  name: 'modelo',
  description: 'command.notificacoes.modelo',
  formTitle: 'form.template',
  role: 'admin',
  options: [
    notificationOption,
    templateOption,
    variablesOption,
    languageOption,
    imageOption,
    stepOption,
    productOption,
    namedStoreOption,
  ],
  async run(context, options) {
    const { services, translate } = context;
    const { store, settings } = await chosenNotification(context, options);
    const position = typedStep(options, settings);
    const product = await typedProduct(context, options, store);
    if (product && position > 0) throw new ProductError('product_template_first');
    const before = currentTemplate(settings, position, product?.id);
    if (!isChange(options))
      return await templateForm(context, store, settings, { position, product: product?.id, before });
    const template = typedTemplate(options, before);
    if (template) {
      checkTemplate(template, settings.type);
      const problem = await services.templateApproval(store.id, template);
      if (problem) throw problem;
    }
    const changed = product
      ? withProduct(settings, product.id, { template })
      : withStep(settings, position, { template });
    await services.notifications.save(store.id, changed);
    const notification = notificationName(settings.type, translate);
    return await previewReply(context, store, changed, {
      position,
      productId: product?.id ?? null,
      title: translate(template ? 'notifications.template_saved' : 'notifications.template_removed', { notification }),
    });
  },
};

function currentTemplate({ steps, products }: NotificationSettings, position: number, productId: string | undefined) {
  if (productId === undefined) return steps[position]?.template ?? null;
  return products.find((product) => product.productId === productId)?.template ?? null;
}

function isChange(options: OptionValues): boolean {
  return [templateOption, variablesOption, languageOption, imageOption].some(
    ({ name }) => typedValue(options, name) !== undefined,
  );
}

/** What was not typed stays; another template begins without variables. Null: none is wanted. */
function typedTemplate(options: OptionValues, before: NotificationTemplate | null): NotificationTemplate | null {
  const name = typedValue(options, templateOption.name) ?? before?.name;
  if (name === undefined) throw new ProductError('template_which');
  if (foldCase(name) === NO_TEMPLATE) return null;
  const same = before?.name === name ? before : null;
  const variables = typedValue(options, variablesOption.name);
  const imageUrl = typedImage(options);
  return {
    name,
    language: typedValue(options, languageOption.name) ?? same?.language ?? DEFAULT_LANGUAGE,
    parameters: variables === undefined ? (same?.parameters ?? []) : typedVariables(variables),
    imageUrl: imageUrl === undefined ? (same?.imageUrl ?? null) : imageUrl,
  };
}

/** A list as people write it: with commas, spaces or lines between the names, with or without braces; `nenhuma` for none. */
function typedVariables(typed: string): string[] {
  if (foldCase(typed) === 'nenhuma') return [];
  return typed
    .replaceAll(/[{}&]/g, ' ')
    .split(/[\s,;]+/)
    .filter((name) => name !== '');
}

async function templateForm(
  context: Context,
  store: Store,
  { type }: NotificationSettings,
  { position, product, before }: { position: number; product: string | undefined; before: NotificationTemplate | null },
): Promise<Reply> {
  const { translate } = context;
  const notification = notificationName(type, translate);
  const variables = [...variablesOfType(type), 'tracking.utm_source'].join(', ');
  return {
    title: translate('notifications.template_title', { notification, step: position + 1, store: store.name }),
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate('notifications.template_how') },
      { type: 'paragraph', text: translate('notifications.template_variables', { variables }) },
      {
        type: 'form',
        title: translate('form.template'),
        command: commandLine('/notificacoes modelo', {
          notificacao: notification,
          etapa: String(position + 1),
          produto: product,
          loja: storeReference(store),
        }),
        fields: [
          { ...(await editField(context, templateOption, before?.name)), required: true },
          await editField(context, variablesOption, before?.parameters.join(', ') || undefined),
          await editField(context, languageOption, before?.language ?? DEFAULT_LANGUAGE),
          await editField(context, imageOption, before?.imageUrl ?? undefined),
        ],
        submitLabel: translate('button.save'),
      },
    ],
  };
}
