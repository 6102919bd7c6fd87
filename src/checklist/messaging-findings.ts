import type { Instance, InstanceService } from '../instances/instance-service.ts';
import { exceedsADay } from '../instances/queue-outlook.ts';
import type { MessageQueue } from '../messages/message-queue.ts';
import type { NotificationPreview } from '../messages/notification-preview.ts';
import type { NotificationSettings, NotificationSettingsService } from '../messages/notification-settings.ts';
import type { Store } from '../stores/store-service.ts';
import { nameList } from '../text/name-list.ts';
import { type Locale, translator } from '../text/text.ts';
import type { Finding } from './finding.ts';

const WEEK_MILLISECONDS = 7 * 24 * 60 * 60 * 1_000;
/** From this share of failed sends on, something is wrong that a seller can mend. */
const HIGH_FAILURE_SHARE = 0.05;

/** What the checklist has to know of a store's messages. */
export interface MessagingReadiness {
  instances: Pick<InstanceService, 'ofStore'>;
  notifications: NotificationSettingsService;
  preview: NotificationPreview;
  messageQueue: Pick<MessageQueue, 'countStatuses' | 'countWaiting'>;
}

type MessagingItem =
  | 'instance_linked'
  | 'instance_connected'
  | 'instance_type'
  | 'warm_up'
  | 'send_queue'
  | 'notifications'
  | 'happy_path'
  | 'sends';

/** The items about messages to buyers. A store without an instance writes to nobody, which is a good use too: the first item waits, and the others ask for nothing. */
export async function messagingFindings(
  { instances, notifications, preview, messageQueue }: MessagingReadiness,
  store: Store,
  locale: Locale,
  now: Date,
): Promise<Record<MessagingItem, Finding>> {
  const linked = await instances.ofStore(store.id);
  const counts = await messageQueue.countStatuses(store, new Date(now.getTime() - WEEK_MILLISECONDS));
  if (linked.length === 0) {
    const waits: Finding = { status: 'waiting', seen: 'checklist.no_instance', remedy: 'checklist.no_instance_remedy' };
    const nothingToDo: Finding = { status: 'ok', seen: 'checklist.needs_instance' };
    return {
      instance_linked: waits,
      instance_connected: nothingToDo,
      instance_type: nothingToDo,
      warm_up: nothingToDo,
      send_queue: stranded(counts.scheduled + counts.waiting) ?? nothingToDo,
      notifications: nothingToDo,
      happy_path: happyPath(store),
      sends: uncertain(counts.uncertain) ?? nothingToDo,
    };
  }
  const sent = counts.sent + counts.delivered + counts.read;
  return {
    instance_linked: {
      status: 'ok',
      seen: 'checklist.instances_linked',
      values: { names: nameList(linked.map(({ name }) => name)) },
    },
    instance_connected: connected(linked),
    instance_type: instanceType(linked),
    warm_up: warmUp(linked),
    send_queue: await sendQueue(linked, messageQueue, now),
    notifications: await texts(await notifications.all(store.id), linked, preview, store, locale),
    happy_path: happyPath(store),
    sends: uncertain(counts.uncertain) ?? sends(counts.failed, counts.failed + sent),
  };
}

function connected(linked: readonly Instance[]): Finding {
  const names = nameList(linked.filter(({ connection }) => connection !== 'connected').map(({ name }) => name));
  if (linked.some(({ connection }) => connection === 'connected')) {
    if (!linked.some(({ connection }) => connection === 'disconnected')) {
      return { status: 'ok', seen: 'checklist.instance_connected' };
    }
    const values = { names };
    return {
      status: 'attention',
      seen: 'checklist.instance_disconnected',
      values,
      remedy: 'checklist.instance_disconnected_remedy',
    };
  }
  const isKnown = linked.some(({ connection }) => connection === 'disconnected');
  return {
    status: isKnown ? 'blocked' : 'waiting',
    seen: isKnown ? 'checklist.instance_disconnected' : 'checklist.instance_unchecked',
    values: { names },
    remedy: 'checklist.instance_disconnected_remedy',
  };
}

/** What was planned before the last instance was taken away. */
function stranded(count: number): Finding | null {
  if (count === 0) return null;
  const remedy = 'checklist.send_queue_stranded_remedy';
  return { status: 'attention', seen: 'checklist.send_queue_stranded', values: { count }, remedy };
}

/** What the type `log` is given never reaches a buyer, which is easily forgotten after trying it out. */
function instanceType(linked: readonly Instance[]): Finding {
  const printing = linked.filter(({ provider }) => provider === 'log');
  if (printing.length === 0) return { status: 'ok', seen: 'checklist.type_current' };
  return {
    status: 'attention',
    seen: 'checklist.type_log',
    values: { names: nameList(printing.map(({ name }) => name)) },
    remedy: 'checklist.type_remedy',
  };
}

async function sendQueue(
  linked: readonly Instance[],
  messageQueue: MessagingReadiness['messageQueue'],
  now: Date,
): Promise<Finding> {
  const queues = await Promise.all(
    linked.map(async (instance) => ({ instance, waiting: await messageQueue.countWaiting(instance) })),
  );
  const long = queues.filter(({ instance, waiting }) => exceedsADay(instance, waiting, now));
  const count = queues.reduce((sum, { waiting }) => sum + waiting, 0);
  if (long.length === 0) return { status: 'ok', seen: 'checklist.send_queue', values: { count } };
  return {
    status: 'attention',
    seen: 'checklist.send_queue_long',
    values: { count, names: nameList(long.map(({ instance }) => instance.name)) },
    remedy: 'checklist.send_queue_remedy',
  };
}

function warmUp(linked: readonly Instance[]): Finding {
  const warming = linked.filter(({ warmUp: settings }) => settings !== null);
  if (warming.length === 0) return { status: 'ok', seen: 'checklist.warm_up_off' };
  return {
    status: 'attention',
    seen: 'checklist.warm_up_on',
    values: { names: nameList(warming.map(({ name }) => name)) },
    remedy: 'checklist.warm_up_remedy',
  };
}

async function texts(
  settings: readonly NotificationSettings[],
  linked: readonly Instance[],
  preview: NotificationPreview,
  store: Store,
  locale: Locale,
): Promise<Finding> {
  const translate = translator(locale);
  const on = settings.filter(({ enabled, products }) => enabled || products.some((product) => product.enabled));
  if (on.length === 0) {
    return { status: 'attention', seen: 'checklist.notifications_off', remedy: 'checklist.notifications_remedy' };
  }
  const broken: string[] = [];
  for (const notification of on) {
    const previews = await Promise.all(
      notification.steps.map((_, position) => preview(store, notification, { position, productId: null, locale })),
    );
    if (previews.some(({ texts: rendered }) => rendered.some(({ ok }) => !ok))) {
      broken.push(translate(`notification.${notification.type}`));
    }
  }
  if (broken.length === 0) return withTemplates(on, linked) ?? allOn(on);
  return {
    status: 'attention',
    seen: 'checklist.notifications_broken',
    values: { names: nameList(broken) },
    remedy: 'checklist.notifications_broken_remedy',
  };
}

function allOn(on: readonly NotificationSettings[]): Finding {
  return { status: 'ok', seen: 'checklist.notifications_on', values: { count: on.length } };
}

/** Through Meta, most buyers can be written to by approved templates alone. */
function withTemplates(on: readonly NotificationSettings[], linked: readonly Instance[]): Finding | null {
  const count = on.filter(({ steps }) => steps.some(({ template }) => !template)).length;
  if (count === 0 || !linked.some(({ provider }) => provider === 'whatsapp-cloud')) return null;
  return {
    status: 'attention',
    seen: 'checklist.templates_missing',
    values: { count, total: on.length },
    remedy: 'checklist.templates_missing_remedy',
  };
}

function happyPath(store: Store): Finding {
  if (store.happyPath) return { status: 'ok', seen: 'checklist.happy_path_on' };
  return { status: 'attention', seen: 'checklist.happy_path_off', remedy: 'checklist.happy_path_remedy' };
}

/** Whatever the store sends through by now, and if it is nothing. */
function uncertain(count: number): Finding | null {
  if (count === 0) return null;
  const remedy = 'checklist.sends_uncertain_remedy';
  return { status: 'attention', seen: 'checklist.sends_uncertain', values: { count }, remedy };
}

function sends(failed: number, total: number): Finding {
  if (total === 0) return { status: 'waiting', seen: 'checklist.sends_none' };
  const values = { failed, total };
  if (failed / total < HIGH_FAILURE_SHARE) return { status: 'ok', seen: 'checklist.sends', values };
  return { status: 'attention', seen: 'checklist.sends', values, remedy: 'checklist.sends_remedy' };
}
