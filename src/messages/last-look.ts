import { groupBy } from 'es-toolkit';
import type { Connection } from 'mongoose';
import { type EventDocument, eventModel } from '../events/event-model.ts';
import type { Instance } from '../instances/instance-service.ts';
import { takesOnlyTemplates } from '../senders/registry.ts';
import type { MessageTemplate, OutgoingMessage } from '../senders/sender.ts';
import type { Store, StoreService } from '../stores/store-service.ts';
import type { Locale } from '../text/text.ts';
import { type ContactBook, conversationKey } from './contact-book.ts';
import { mainItem } from './happy-path.ts';
import { type MessageDocument, messageModel, statusUpdate } from './message-model.ts';
import type { MessagePlanner } from './message-planner.ts';
import type { MessageRelease } from './message-release.ts';
import { fillTemplate, type NotificationTemplate } from './message-template.ts';
import { renderText } from './message-text.ts';
import { type MessageVariables, messageVariables } from './message-variables.ts';
import { isOn, type NotificationSettings, type NotificationSettingsService } from './notification-settings.ts';
import type { StopOnReply } from './stop-on-reply.ts';

/** Where a message goes that is not sent. */
interface Leaving {
  status: 'scheduled' | 'cancelled' | 'skipped' | 'dropped';
  reason: string;
  supersededBy?: string;
  instanceId?: null;
}

interface ContactState {
  optedOut: ReadonlySet<string>;
  lastReplies: ReadonlyMap<string, Date>;
}

/** A message that leaves, with what it says. */
export interface ReadyMessage {
  message: MessageDocument;
  outgoing: OutgoingMessage;
}

const OTHER_WAY: Leaving = { status: 'scheduled', reason: 'window_closed', instanceId: null };
const STORE_REMOVED: Leaving = { status: 'cancelled', reason: 'store_removed' };

/**
 * The last look before messages leave: what they were planned for may be over, and what they say is put together now.
 * @returns those of an instance's queue that may leave, with what they say; what becomes of the others is written down
 */
export function createLastLook(dependencies: {
  connection: Connection;
  stores: StoreService;
  settings: NotificationSettingsService;
  contacts: ContactBook;
  planner: Pick<MessagePlanner, 'supersedersNow'>;
  stopOnReply: Pick<StopOnReply, 'stops'>;
  release: Pick<MessageRelease, 'hasOtherWay'>;
  locale: Locale;
  now: () => Date;
}): (instance: Instance, queued: readonly MessageDocument[]) => Promise<ReadyMessage[]> {
  const { connection, stores, settings, contacts, planner, stopOnReply, release, locale, now } = dependencies;
  const messages = messageModel(connection);
  const events = eventModel(connection);

  /** Whether what a message was planned for is over. Null: it may go. */
  function whyNot(
    message: MessageDocument,
    instance: Instance,
    store: Store,
    contact: ContactState,
    superseder: EventDocument | undefined,
  ): Leaving | null {
    if (message.expiresAt <= now()) return { status: 'dropped', reason: 'too_old' };
    if (store.paused) return { status: 'skipped', reason: 'store_paused' };
    if (contact.optedOut.has(message.phone ?? '')) return { status: 'skipped', reason: 'opted_out' };
    if (superseder) {
      return { status: 'cancelled', reason: 'superseded', supersededBy: superseder._id.toHexString() };
    }
    if (instance.storeIds.includes(store.id)) return null;
    return { status: 'scheduled', reason: 'instance_unlinked', instanceId: null };
  }

  /** A template that cannot be filled in ends a message where nothing else may be sent; elsewhere it is not needed. */
  function templateOf(
    { provider }: Instance,
    chosen: NotificationTemplate | null,
    variables: MessageVariables,
    lastReplyAt: Date | null,
  ): { template: MessageTemplate | null } | Leaving {
    if (!chosen) return { template: null };
    const filled = fillTemplate(chosen, variables);
    if (filled.ok) return { template: filled.template };
    if (!takesOnlyTemplates(provider, lastReplyAt, now())) return { template: null };
    return { status: 'skipped', reason: `template_variable_missing: ${filled.missing}` };
  }

  /** What the store or the buyer has said since the message was planned. Null: nothing against it. */
  async function unwanted(
    message: MessageDocument,
    store: Store,
    event: EventDocument,
    wanted: NotificationSettings,
  ): Promise<Leaving | null> {
    if (await stopOnReply.stops(store, message)) return { status: 'cancelled', reason: 'replied' };
    if (isOn(wanted, mainItem(event.items)?.productId ?? null)) return null;
    return { status: 'skipped', reason: 'notification_off' };
  }

  /** Whether a message without a template would be refused here while another instance takes it. */
  async function isTakenElsewhere(
    message: MessageDocument,
    instance: Instance,
    lastReplyAt: Date | null,
  ): Promise<boolean> {
    return takesOnlyTemplates(instance.provider, lastReplyAt, now()) && (await release.hasOtherWay(message, instance));
  }

  async function contentOf(
    message: MessageDocument,
    instance: Instance,
    store: Store,
    event: EventDocument,
    contact: ContactState,
    wanted: NotificationSettings,
  ): Promise<OutgoingMessage | Leaving> {
    const step = wanted.steps[message.step];
    if (!step || message.phone === null) return { status: 'skipped', reason: 'notification_changed' };
    const own = message.step === 0 ? productOf(wanted, event) : undefined;
    const variables = messageVariables(event, { storeName: store.name, locale });
    const lastReplyAt = contact.lastReplies.get(conversationKey(instance.id, message.phone)) ?? null;
    const chosen = templateOf(instance, own?.template ?? step.template, variables, lastReplyAt);
    if ('status' in chosen) return chosen;
    if (chosen.template === null && (await isTakenElsewhere(message, instance, lastReplyAt))) return OTHER_WAY;
    const text = filledText(own?.text ?? (await settings.nextText(store.id, wanted, step)), variables);
    if (typeof text !== 'string') return text;
    return {
      id: message._id.toHexString(),
      phone: message.phone,
      text,
      imageUrl: step.imageUrl,
      template: chosen.template,
      lastReplyAt,
    };
  }

  /** Those of one store that may leave; what becomes of the others is written down. */
  async function readyOfStore(
    store: Store | undefined,
    instance: Instance,
    queued: readonly MessageDocument[],
    events: ReadonlyMap<string, EventDocument>,
    contact: ContactState,
  ): Promise<ReadyMessage[]> {
    const known = [...new Set(queued.flatMap(({ eventId }) => events.get(eventId) ?? []))];
    const superseders = store ? await planner.supersedersNow(store, known) : new Map<string, EventDocument>();
    const types = [...new Set(queued.map(({ type }) => type))];
    const wanted = new Map(
      await Promise.all(types.map(async (type) => [type, await settings.get(store?.id ?? '', type)] as const)),
    );
    const decided = await Promise.all(
      queued.map(async (message) => {
        const event = events.get(message.eventId);
        const ofType = wanted.get(message.type);
        if (!store || !event || !ofType) return { message, outgoing: STORE_REMOVED };
        const leaving =
          whyNot(message, instance, store, contact, superseders.get(message.eventId)) ??
          (await unwanted(message, store, event, ofType));
        return { message, outgoing: leaving ?? (await contentOf(message, instance, store, event, contact, ofType)) };
      }),
    );
    for (const { message, outgoing } of decided) if ('status' in outgoing) await leave(message, outgoing);
    return decided.flatMap(({ message, outgoing }) => ('status' in outgoing ? [] : { message, outgoing }));
  }

  async function leave({ _id }: MessageDocument, { status, reason, ...fields }: Leaving): Promise<void> {
    await messages.updateOne({ _id, status: 'waiting' }, statusUpdate(status, now(), reason, fields));
  }

  return async (instance, queued) => {
    const byStore = groupBy([...queued], ({ storeId }) => storeId);
    const phones = queued.flatMap(({ phone }) => phone ?? []);
    const [known, found, optedOut, lastReplies] = await Promise.all([
      stores.findActive(Object.keys(byStore)),
      events.find({ _id: { $in: queued.map(({ eventId }) => eventId) } }).lean<EventDocument[]>(),
      contacts.optedOut(instance.workspaceId, phones),
      contacts.lastReplies(instance.workspaceId, phones),
    ]);
    const byId = new Map(found.map((event) => [event._id.toHexString(), event]));
    const ready = await Promise.all(
      Object.entries(byStore).map(([storeId, ofStore]) =>
        readyOfStore(known.get(storeId), instance, ofStore, byId, { optedOut, lastReplies }),
      ),
    );
    return ready.flat();
  };
}

function productOf({ products }: NotificationSettings, event: EventDocument) {
  return products.find(({ productId }) => productId === mainItem(event.items)?.productId);
}

function filledText(text: string, variables: MessageVariables): string | Leaving {
  const rendered = renderText(text, variables);
  if (!rendered.ok) return { status: 'skipped', reason: `variable_missing: ${rendered.missing}` };
  return rendered.text === '' ? { status: 'skipped', reason: 'text_empty' } : rendered.text;
}
