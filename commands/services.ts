import type { AccessService } from '../src/access/access-service.ts';
import type { ChatOutbox } from '../src/chat/outbox.ts';
import type { Channel, FoundChannel, Person } from '../src/chat/surface.ts';
import type { ChecklistService } from '../src/checklist/checklist-service.ts';
import type { DeliveryService } from '../src/deliveries/delivery-service.ts';
import type { EventService } from '../src/events/event-service.ts';
import type { ConnectionCheck } from '../src/instances/connection-check.ts';
import type { InstanceService } from '../src/instances/instance-service.ts';
import type { InstanceReports } from '../src/messages/instance-report.ts';
import type { MessageQueue } from '../src/messages/message-queue.ts';
import type { NotificationPreview } from '../src/messages/notification-preview.ts';
import type { NotificationSettingsService } from '../src/messages/notification-settings.ts';
import type { TemplateApproval } from '../src/messages/template-approval.ts';
import type { TestSend } from '../src/messages/test-send.ts';
import type { StoreReports } from '../src/reports/store-report.ts';
import type { StoreService } from '../src/stores/store-service.ts';

/** What commands may use. */
export interface CommandServices {
  stores: StoreService;
  deliveries: DeliveryService;
  events: EventService;
  reports: StoreReports;
  checklist: ChecklistService;
  outbox: ChatOutbox;
  access: AccessService;
  instances: InstanceService;
  checkConnection: ConnectionCheck;
  messageQueue: MessageQueue;
  instanceReports: InstanceReports;
  notifications: NotificationSettingsService;
  testSend: TestSend;
  preview: NotificationPreview;
  templateApproval: TemplateApproval;
  /** The channels of a workspace that the product may post to. */
  channels(workspaceId: string): Promise<Channel[]>;
  /** A channel of a workspace by its id or its name, whether or not the product may post there. */
  channel(workspaceId: string, idOrName: string): Promise<FoundChannel | null>;
  /** Somebody of a workspace by the id that its chat gave; null when there is nobody of that id. */
  person(workspaceId: string, userId: string): Promise<Person | null>;
}
