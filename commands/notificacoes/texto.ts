import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Reply } from '../../src/chat/message.ts';
import { checkText, MAXIMUM_TEXT_LENGTH } from '../../src/messages/message-text.ts';
import { variablesOfType } from '../../src/messages/message-variables.ts';
import { catalogueNotification, type NotificationType } from '../../src/messages/notification-catalogue.ts';
import { type NotificationSettings, withStep } from '../../src/messages/notification-settings.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { imageOption, typedImage } from '../options/image-option.ts';
import { chosenStore, namedStoreOption, storeReference } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';
import {
  type Context,
  notificationName,
  notificationOption,
  productOption,
  stepOption,
  typedNotification,
  typedProduct,
  typedStep,
  withProduct,
} from './notification-options.ts';
import { previewReply } from './preview-reply.ts';

/** A line of its own between texts that take turns. */
const SEPARATOR = '---';
const BETWEEN_TEXTS = /^[ \t]*---[ \t]*$/m;
const DEFAULT_TEXT = 'padrao';
const MAXIMUM_VARIANTS = 10;

const textOption: CommandOption<CommandServices> = {
  name: 'texto',
  description: 'option.text',
  required: false,
  takesBeside: true,
  example: 'Oi, {{customer.first_name}}!',
  maximumLength: MAXIMUM_TEXT_LENGTH * 2,
};

/** Writes a notification's text, or one step's or one product's; with none given, shows the variables and asks for it. */
export const texto: CommandVerb<CommandServices> = {
  name: 'texto',
  description: 'command.notificacoes.texto',
  formTitle: 'form.notification_text',
  role: 'admin',
  options: [notificationOption, textOption, stepOption, imageOption, productOption, namedStoreOption],
  async run(context, options) {
    const { services } = context;
    const type = typedNotification(context, options);
    const texts = typedTexts(options, type);
    const imageUrl = typedImage(options);
    const store = await chosenStore(context, options);
    const settings = await services.notifications.get(store.id, type);
    if (texts === undefined && imageUrl === undefined) return await textForm(context, options, store, settings);
    const changed = await changedSettings(context, options, store, settings, {
      ...(texts ? { texts } : {}),
      ...(imageUrl === undefined ? {} : { imageUrl }),
    });
    await services.notifications.save(store.id, changed);
    return await previewReply(context, store, changed, {
      position: typedStep(options, changed),
      productId: (await typedProduct(context, options, store))?.id ?? null,
      title: context.translate('notifications.text_saved', { notification: notificationName(type, context.translate) }),
    });
  },
};

async function changedSettings(
  context: Context,
  options: OptionValues,
  store: Store,
  settings: NotificationSettings,
  change: { texts?: string[]; imageUrl?: string | null },
): Promise<NotificationSettings> {
  const product = await typedProduct(context, options, store);
  const position = typedStep(options, settings, !product);
  if (!product) return withStep(settings, position, change);
  // A product has one text of its own, for the first message.
  if (position > 0 || change.texts === undefined || change.texts.length > 1)
    throw new ProductError('product_text_first');
  return withProduct(settings, product.id, { text: change.texts[0] ?? null });
}

/** One text, or several that take turns; each is checked. */
function typedTexts(options: OptionValues, type: NotificationType): string[] | undefined {
  const typed = typedValue(options, textOption.name);
  if (typed === undefined) return undefined;
  if (foldCase(typed) === DEFAULT_TEXT) return [catalogueNotification(type).text];
  const texts = typed.split(BETWEEN_TEXTS).map((text) => text.trim());
  if (texts.length > MAXIMUM_VARIANTS) throw new ProductError('text_variants', { maximum: MAXIMUM_VARIANTS });
  for (const text of texts) checkText(text, type);
  return texts;
}

async function textForm(
  context: Context,
  options: OptionValues,
  store: Store,
  settings: NotificationSettings,
): Promise<Reply> {
  const { translate } = context;
  const { type } = settings;
  const product = await typedProduct(context, options, store);
  const position = typedStep(options, settings, !product);
  const step = settings.steps[position];
  const own = settings.products.find(({ productId }) => productId === product?.id)?.text;
  const notification = notificationName(type, translate);
  const variables = [...variablesOfType(type).map((name) => `{{${name}}}`), '{{tracking.utm_source}}'].join(', ');
  return {
    title: translate('notifications.text_title', { notification, step: position + 1, store: store.name }),
    tone: 'neutral',
    visibility: 'private',
    blocks: [
      { type: 'paragraph', text: translate('notifications.text_how') },
      { type: 'paragraph', text: translate('notifications.variables', { variables }) },
      {
        type: 'form',
        title: translate('form.notification_text'),
        command: commandLine('/notificacoes texto', {
          notificacao: notification,
          etapa: String(position + 1),
          produto: product?.id,
          loja: storeReference(store),
        }),
        fields: [
          {
            name: textOption.name,
            label: translate(textOption.description),
            kind: 'text',
            required: true,
            value: own ?? (step?.texts ?? []).join(`\n${SEPARATOR}\n`),
            hint: translate('form.example', { example: textOption.example ?? '' }),
          },
        ],
        submitLabel: translate('button.save'),
      },
    ],
  };
}
