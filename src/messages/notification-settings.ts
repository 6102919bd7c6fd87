import { type Connection, Schema } from 'mongoose';
import { modelOn } from '../database/model.ts';
import { addDays, localDay, momentOfDay } from '../text/local-time.ts';
import type { NotificationTemplate } from './message-template.ts';
import {
  catalogueNotification,
  type Delay,
  NOTIFICATION_TYPES,
  type NotificationType,
} from './notification-catalogue.ts';

/** One message of a notification; a notification may have several, each with its own delay. */
export interface NotificationStep {
  delay: Delay;
  /** Chosen in turn. */
  texts: string[];
  imageUrl: string | null;
  /** Sent instead where the provider takes nothing else; null: nothing can be sent there. */
  template: NotificationTemplate | null;
}

/** What differs for one product. */
export interface ProductSettings {
  productId: string;
  enabled: boolean;
  /** For the first step; null: as for the other products. */
  text: string | null;
  /** For the first step, as `text`. */
  template: NotificationTemplate | null;
}

/** A notification as a store wants it. */
export interface NotificationSettings {
  type: NotificationType;
  enabled: boolean;
  steps: NotificationStep[];
  products: ProductSettings[];
}

interface SettingsDocument extends NotificationSettings {
  /** `store type` */
  _id: string;
  storeId: string;
  /** How often each step was sent, by which the texts take turns. */
  turns: number;
}

const settingsSchema = new Schema<SettingsDocument>(
  {
    _id: { type: String, required: true },
    storeId: { type: String, required: true },
    type: { type: String, enum: NOTIFICATION_TYPES, required: true },
    enabled: { type: Boolean, required: true },
    steps: { type: Schema.Types.Mixed, required: true },
    products: { type: Schema.Types.Mixed, required: true },
    turns: { type: Number, required: true },
  },
  { collection: 'notificationsettings', versionKey: false, minimize: false },
);
settingsSchema.index({ storeId: 1 });

export function settingsModel(connection: Connection) {
  return modelOn<SettingsDocument>(connection, 'NotificationSettings', settingsSchema);
}

export interface NotificationSettingsService {
  /** Every notification of a store, as it wants it or as the catalogue has it, in the catalogue's order. */
  all(storeId: string): Promise<NotificationSettings[]>;
  get(storeId: string, type: NotificationType): Promise<NotificationSettings>;
  save(storeId: string, settings: NotificationSettings): Promise<void>;
  /** The text of a step whose turn it is; two callers at the same time get two turns. */
  nextText(storeId: string, settings: NotificationSettings, step: NotificationStep): Promise<string>;
}

export function createNotificationSettings(dependencies: { connection: Connection }): NotificationSettingsService {
  const documents = settingsModel(dependencies.connection);
  const idOf = (storeId: string, type: NotificationType) => `${storeId} ${type}`;

  async function all(storeId: string): Promise<NotificationSettings[]> {
    const changed = await documents.find({ storeId }).lean<SettingsDocument[]>();
    const byType = new Map(changed.map((document) => [document.type, document]));
    return NOTIFICATION_TYPES.map((type) => settingsOf(byType.get(type)) ?? defaultSettings(type));
  }

  return {
    all,
    async get(storeId, type) {
      return (
        settingsOf(await documents.findById(idOf(storeId, type)).lean<SettingsDocument>()) ?? defaultSettings(type)
      );
    },
    async save(storeId, { type, enabled, steps, products }) {
      await documents.updateOne(
        { _id: idOf(storeId, type) },
        { $set: { storeId, type, enabled, steps, products }, $setOnInsert: { turns: 0 } },
        { upsert: true },
      );
    },
    async nextText(storeId, settings, step) {
      const [only = '', ...others] = step.texts;
      if (others.length === 0) return only;
      const document = await documents
        .findByIdAndUpdate(idOf(storeId, settings.type), { $inc: { turns: 1 } }, { projection: { turns: 1 } })
        .lean<Pick<SettingsDocument, 'turns'>>();
      return step.texts[(document?.turns ?? 0) % step.texts.length] ?? only;
    },
  };
}

function settingsOf(document: SettingsDocument | null | undefined): NotificationSettings | null {
  if (!document) return null;
  const { type, enabled, steps, products } = document;
  return { type, enabled, steps, products };
}

function defaultSettings(type: NotificationType): NotificationSettings {
  const { enabled, delay, text } = catalogueNotification(type);
  return { type, enabled, steps: [{ delay, texts: [text], imageUrl: null, template: null }], products: [] };
}

/** A product's own switch wins over that of the notification. */
export function isOn({ enabled, products }: NotificationSettings, product: string | null): boolean {
  return products.find(({ productId }) => productId === product)?.enabled ?? enabled;
}

const NEXT_STEP_MILLISECONDS = 30 * 60_000;

/**
 * The settings with a step changed. The position after the last one makes a new step, which begins like the last and later than it.
 * @param position from 0, at most the number of steps
 */
export function withStep(
  settings: NotificationSettings,
  position: number,
  change: Partial<NotificationStep>,
): NotificationSettings {
  const { steps } = settings;
  const last = steps.at(-1);
  // A template says what its first message says, so that a new step begins without one.
  const before = steps[position] ?? (last && { ...last, delay: laterThan(last.delay), template: null });
  if (!before) throw new Error('A notification has at least one step');
  return { ...settings, steps: [...steps.slice(0, position), { ...before, ...change }, ...steps.slice(position + 1)] };
}

function laterThan(delay: Delay): Delay {
  return 'after' in delay ? { after: delay.after + NEXT_STEP_MILLISECONDS } : { ...delay, days: delay.days + 1 };
}

/** When a step is due after its event, in the store's time zone. */
export function dueAt(delay: Delay, event: Date, timezone: string): Date {
  if ('after' in delay) return new Date(event.getTime() + delay.after);
  return momentOfDay(addDays(localDay(event, timezone), delay.days), delay.at, timezone);
}
