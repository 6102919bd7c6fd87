import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import type { CommandServices } from '../commands/services.ts';
import { createAccessService } from './access/access-service.ts';
import { type AlertService, createAlertService } from './alerts/alert-service.ts';
import { createChannelDirectory } from './chat/channel-description.ts';
import { createChatOutbox } from './chat/outbox.ts';
import { type ChatSurface, CONSOLE_WORKSPACE_ID, type Person } from './chat/surface.ts';
import { createChecklistService } from './checklist/checklist-service.ts';
import type { SecretBox } from './database/secret-box.ts';
import { createDeliveryService } from './deliveries/delivery-service.ts';
import { createRefusalCounter, type RefusalCounter } from './deliveries/refusal-counter.ts';
import { createDailySummaries, type DailySummaries } from './digests/daily-summary.ts';
import { createEventService } from './events/event-service.ts';
import { type BackgroundTask, createBackgroundTask } from './feature/background-task.ts';
import type { Instance } from './instances/instance-service.ts';
import { loggedMessage } from './messages/logged-message.ts';
import { createMessaging, type Messaging } from './messaging.ts';
import { createOrderService, type OrderService } from './orders/order-service.ts';
import { createPipeline, type Pipeline } from './pipeline/pipeline.ts';
import { createOrderCounter } from './reports/order-counter.ts';
import { createStoreReports } from './reports/store-report.ts';
import type { OutgoingMessage } from './senders/sender.ts';
import { createStoreService } from './stores/store-service.ts';
import type { Locale } from './text/text.ts';
import { createIncidents } from './watchdogs/incidents.ts';
import { createInstanceWatch, type InstanceWatch } from './watchdogs/instance-watch.ts';

export interface Services extends CommandServices, Messaging {
  orders: OrderService;
  alerts: AlertService;
  refusals: RefusalCounter;
  summaries: DailySummaries;
  instanceWatch: InstanceWatch;
  pipeline: Pipeline;
  /** Deliveries into events, orders, counters and alerts. */
  processing: BackgroundTask;
  /** Alerts into posts, posts into channels. */
  posting: BackgroundTask;
}

/** What this process does. */
export interface Duties {
  /** Answers webhooks and the admin API. */
  serve: boolean;
  /** Turns deliveries into events, and runs the jobs about them. */
  process: boolean;
  /** Posts to chats. */
  post: boolean;
}

export interface ServiceOptions {
  connection: Connection;
  secretBox: SecretBox;
  publicUrl(): string;
  defaultTimezone: string;
  locale: Locale;
  surfaces: readonly ChatSurface[];
  /** Where the provider `http` may post to. */
  allowedHosts: readonly string[];
  duties: Duties;
  log: Logger;
  now?: () => Date;
}

/** Makes the features and ties them together. Nothing runs yet, and the database need not be there. */
export function createServices(options: ServiceOptions): Services {
  const { connection, secretBox, publicUrl, defaultTimezone, locale, surfaces, duties, log } = options;
  const now = options.now ?? (() => new Date());

  const directory = createChannelDirectory(surfaces);

  async function person(workspaceId: string, userId: string): Promise<Person | null> {
    const surface = surfaces.find((candidate) => candidate.serves(workspaceId));
    return surface?.person ? await surface.person(workspaceId, userId) : { id: userId, name: userId };
  }

  async function* adminChannels(workspaceId: string): AsyncGenerator<string> {
    const surface = surfaces.find((candidate) => candidate.serves(workspaceId));
    if (!surface?.adminChannels) return;
    const admins = (await access.list(workspaceId)).filter(({ role }) => role === 'admin');
    yield* surface.adminChannels(
      workspaceId,
      admins.map(({ userId }) => userId),
    );
  }

  const access = createAccessService({ connection, now });
  /** What the provider `log` would have sent can be seen in the console, where only the people of this machine are. */
  function showMessage(instance: Instance, { id, phone, text }: OutgoingMessage): void {
    if (instance.workspaceId !== CONSOLE_WORKSPACE_ID) return;
    directory
      .channels(instance.workspaceId)
      .then(async ([channel]) => {
        if (!channel) return;
        const message = loggedMessage(phone, text, locale);
        await outbox.enqueue({
          key: `message:${id}`,
          workspaceId: instance.workspaceId,
          channelId: channel.id,
          message,
        });
        posting.wake();
      })
      .catch((error: unknown) => log.warn({ err: error, message: id }, 'A message could not be shown in the console'));
  }

  const counter = createOrderCounter({ connection, now });
  const stores = createStoreService({
    connection,
    secretBox,
    publicUrl,
    defaultTimezone,
    now,
    async onTimezoneChanged(storeId) {
      await counter.recountStore(storeId);
      processing.wake();
    },
  });
  const deliveries = createDeliveryService({ connection, onReplay: () => processing.wake() });
  const orders = createOrderService({ connection, now });
  const events = createEventService({ connection, orderIds: orders.idsByKey });
  const reports = createStoreReports({ connection });
  const outbox = createChatOutbox({ connection, surfaces, adminChannels, locale, log, now });
  const alerts = createAlertService({ connection, outbox, locale, now });
  const refusals = createRefusalCounter({ connection, now });
  const messaging = createMessaging({
    connection,
    secretBox,
    publicUrl,
    stores,
    events,
    onLoggedMessage: showMessage,
    allowedHosts: options.allowedHosts,
    locale,
    sends: duties.process,
    log,
    now,
  });
  const summaries = createDailySummaries({
    connection,
    stores,
    deliveries,
    reports,
    messageQueue: messaging.messageQueue,
    outbox,
    locale,
    now,
  });
  const checklist = createChecklistService({
    deliveries,
    refusals,
    events,
    outbox,
    ...directory,
    messaging,
    lastSummaryDay: summaries.lastDay,
    now,
  });
  const instanceWatch = createInstanceWatch({
    ...messaging,
    stores,
    incidents: createIncidents({ connection, outbox }),
    onNoted: () => posting.wake(),
    locale,
    log,
    now,
  });
  const pipeline = createPipeline({
    connection,
    stores,
    orders,
    counter,
    alerts,
    messages: messaging.planner,
    log,
    onEffects() {
      posting.wake();
      messaging.sending.wake();
    },
    now,
  });
  const processing = createBackgroundTask({
    name: 'processing',
    async run(signal) {
      if (duties.process) await pipeline.drain(signal);
    },
    log,
  });
  const posting = createBackgroundTask({
    name: 'posting',
    async run() {
      if (!duties.post) return;
      await alerts.release();
      await outbox.drain();
    },
    log,
  });
  return {
    stores,
    deliveries,
    events,
    orders,
    reports,
    checklist,
    outbox,
    alerts,
    refusals,
    summaries,
    instanceWatch,
    access,
    ...directory,
    person,
    ...messaging,
    pipeline,
    processing,
    posting,
  };
}
