import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import type { SeenProduct } from '../../src/events/event-service.ts';
import { NOTIFICATION_TYPES, type NotificationType } from '../../src/messages/notification-catalogue.ts';
import type { NotificationSettings, ProductSettings } from '../../src/messages/notification-settings.ts';
import type { Store } from '../../src/stores/store-service.ts';
import { nameList } from '../../src/text/name-list.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { LOCALES, type Translate, text } from '../../src/text/text.ts';
import { chosenStore } from '../options/store-option.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';

export type Context = CommandContext<CommandServices>;

/** More steps than this for one event are no longer a reminder. */
export const MAXIMUM_STEPS = 10;
const STEP_NUMBER = /^\d{1,2}$/;

/** Notifications by what people call them: the code, and the name in each language, without case and accents. */
const TYPE_OF_NAME: ReadonlyMap<string, NotificationType> = new Map(
  NOTIFICATION_TYPES.flatMap((type): [string, NotificationType][] => [
    [type, type],
    ...LOCALES.map((locale): [string, NotificationType] => [foldCase(text(locale, `notification.${type}`)), type]),
  ]),
);

export const notificationOption: CommandOption<CommandServices> = {
  name: 'notificacao',
  description: 'option.notification',
  required: true,
  takesRest: true,
  recognises: (text) => TYPE_OF_NAME.has(foldCase(text)),
  example: 'Pix gerado',
  complete: async ({ translate }) =>
    NOTIFICATION_TYPES.map((type) => ({
      value: notificationName(type, translate),
      label: notificationName(type, translate),
    })),
};

export const stepOption: CommandOption<CommandServices> = {
  name: 'etapa',
  description: 'option.step',
  required: false,
  takesBeside: true,
  recognises: (text) => STEP_NUMBER.test(text),
  example: '2',
};

export const productOption: CommandOption<CommandServices> = {
  name: 'produto',
  description: 'option.product',
  required: false,
  takesBeside: true,
  example: 'Curso de Violão',
};

export function notificationName(type: NotificationType, translate: Translate): string {
  return translate(`notification.${type}`);
}

/** @throws ProductError `notification_unknown` */
export function typedNotification({ translate }: Context, options: OptionValues): NotificationType {
  const typed = typedValue(options, notificationOption.name) ?? '';
  const type = TYPE_OF_NAME.get(foldCase(typed));
  if (type) return type;
  const names = NOTIFICATION_TYPES.map((known) => notificationName(known, translate)).join(', ');
  throw new ProductError('notification_unknown', { name: typed, names });
}

/**
 * The notification that a line is about, as its store has it.
 * @throws ProductError `notification_unknown`, and as `chosenStore` does
 */
export async function chosenNotification(
  context: Context,
  options: OptionValues,
): Promise<{ store: Store; settings: NotificationSettings }> {
  const type = typedNotification(context, options);
  const store = await chosenStore(context, options);
  return { store, settings: await context.services.notifications.get(store.id, type) };
}

/**
 * The position, from 0, of the step that was typed; the first one when none was.
 * @param mayAdd true where the step after the last one is meant to be made
 * @throws ProductError `step_unknown`
 */
export function typedStep(options: OptionValues, { steps }: NotificationSettings, mayAdd = false): number {
  const typed = typedValue(options, stepOption.name) ?? '1';
  const last = mayAdd ? Math.min(steps.length + 1, MAXIMUM_STEPS) : steps.length;
  const number = STEP_NUMBER.test(typed) ? Number(typed) : 0;
  if (number < 1 || number > last) throw new ProductError('step_unknown', { step: typed, last });
  return number - 1;
}

/**
 * The product that was typed, by its name or id; undefined when none was.
 * @throws ProductError `product_unknown`, which names those of which something was sold or left
 */
export async function typedProduct(
  { services }: Context,
  options: OptionValues,
  store: Store,
): Promise<SeenProduct | undefined> {
  const typed = typedValue(options, productOption.name);
  if (typed === undefined) return undefined;
  const products = await services.events.products(store);
  const wanted = foldCase(typed);
  const product = products.find(({ id, name }) => id === typed || foldCase(name) === wanted);
  if (product) return product;
  throw new ProductError('product_unknown', {
    product: typed,
    count: products.length,
    names: nameList(products.map(({ name }) => name)),
  });
}

/** The settings of a notification with one product's own changed; a product that has none yet begins like the others. */
export function withProduct(
  settings: NotificationSettings,
  productId: string,
  change: Partial<Omit<ProductSettings, 'productId'>>,
): NotificationSettings {
  const before = settings.products.find((product) => product.productId === productId);
  const others = settings.products.filter((product) => product.productId !== productId);
  const product = { productId, enabled: settings.enabled, text: null, template: null, ...before, ...change };
  return { ...settings, products: [...others, product] };
}
