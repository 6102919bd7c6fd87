import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import type { SecretBox } from './database/secret-box.ts';
import type { EventService } from './events/event-service.ts';
import { type BackgroundTask, createBackgroundTask } from './feature/background-task.ts';
import { type ConnectionCheck, createConnectionCheck } from './instances/connection-check.ts';
import { createInstanceService, type Instance, type InstanceService } from './instances/instance-service.ts';
import { type ContactBook, createContactBook } from './messages/contact-book.ts';
import { createInstanceReports, type InstanceReports } from './messages/instance-report.ts';
import { createMessageDispatch, type MessageDispatch } from './messages/message-dispatch.ts';
import { createMessagePlanner, type MessagePlanner } from './messages/message-planner.ts';
import { createMessageQueue, type MessageQueue } from './messages/message-queue.ts';
import { createMessageRelease } from './messages/message-release.ts';
import { createNotificationPreview, type NotificationPreview } from './messages/notification-preview.ts';
import { createNotificationSettings, type NotificationSettingsService } from './messages/notification-settings.ts';
import { createOptOut, type OptOut } from './messages/opt-out.ts';
import { createReceipts, type Receipts } from './messages/receipts.ts';
import { createSendingWays } from './messages/sending-ways.ts';
import { createStopOnReply } from './messages/stop-on-reply.ts';
import { createTemplateApproval, type TemplateApproval } from './messages/template-approval.ts';
import { createTestSend, type TestSend } from './messages/test-send.ts';
import { createSender } from './senders/registry.ts';
import type { OutgoingMessage, Sender } from './senders/sender.ts';
import type { StoreService } from './stores/store-service.ts';
import type { Locale } from './text/text.ts';

/** Everything about messages to buyers. */
export interface Messaging {
  contacts: ContactBook;
  notifications: NotificationSettingsService;
  instances: InstanceService;
  messageQueue: MessageQueue;
  instanceReports: InstanceReports;
  planner: MessagePlanner;
  dispatch: MessageDispatch;
  /** Due messages into queues, queues into WhatsApp. */
  sending: BackgroundTask;
  checkConnection: ConnectionCheck;
  optOut: OptOut;
  testSend: TestSend;
  preview: NotificationPreview;
  templateApproval: TemplateApproval;
  receipts: Receipts;
}

/** Makes the features about messages to buyers and ties them together. */
export function createMessaging(dependencies: {
  connection: Connection;
  secretBox: SecretBox;
  publicUrl(): string;
  stores: StoreService;
  events: EventService;
  /** Is given what the provider `log` would have sent. */
  onLoggedMessage(instance: Instance, message: OutgoingMessage): void;
  /** Where the provider `http` may post to. */
  allowedHosts: readonly string[];
  locale: Locale;
  /** False in a process that leaves this to others. */
  sends: boolean;
  log: Logger;
  now?: () => Date;
}): Messaging {
  const { connection, secretBox, publicUrl, stores, events, allowedHosts, locale, sends, log } = dependencies;
  const clock = dependencies.now ? { now: dependencies.now } : {};
  const contacts = createContactBook({ connection, ...clock });
  const notifications = createNotificationSettings({ connection });
  const messageQueue = createMessageQueue({ connection, ...clock });
  const instances = createInstanceService({
    connection,
    secretBox,
    publicUrl,
    onRemoved: messageQueue.requeue,
    ...clock,
  });
  const planner = createMessagePlanner({
    connection,
    settings: notifications,
    contacts,
    hasInstance: async (storeId) => (await instances.ofStore(storeId)).length > 0,
    ...clock,
  });

  const stopOnReply = createStopOnReply({ connection, stores, ...clock });
  const optOut = createOptOut({ connection, contacts, ...clock });
  const receipts = createReceipts({ connection, instances, contacts, optOut, stopOnReply, ...clock });

  async function senderOf(instance: Instance): Promise<Sender> {
    return createSender(await instances.credentialsOf(instance.id), {
      log,
      onMessage: (message) => dependencies.onLoggedMessage(instance, message),
      allowedHosts,
      ...clock,
    });
  }

  const checkConnection = createConnectionCheck({ instances, senderOf });
  const dispatch = createMessageDispatch({
    connection,
    stores,
    instances,
    settings: notifications,
    contacts,
    receipts,
    planner,
    stopOnReply,
    release: createMessageRelease({
      connection,
      stores,
      instances,
      waysOf: createSendingWays({ connection, settings: notifications, contacts, ...clock }),
      ...clock,
    }),
    requeue: messageQueue.requeue,
    senderOf,
    checkConnection,
    locale,
    log,
    ...clock,
  });
  const sending = createBackgroundTask({
    name: 'sending',
    async run(signal) {
      if (sends) await dispatch.run(signal);
    },
    log,
  });
  return {
    contacts,
    notifications,
    instances,
    messageQueue,
    instanceReports: createInstanceReports({ connection, stores, instances }),
    receipts,
    planner,
    dispatch,
    sending,
    checkConnection,
    optOut,
    testSend: createTestSend({ instances, contacts, senderOf }),
    templateApproval: createTemplateApproval({ instances, senderOf }),
    preview: createNotificationPreview({ events, ...clock }),
  };
}
