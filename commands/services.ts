import type { AccessService } from '../src/access/access-service.ts';
import type { ChannelDirectory } from '../src/chat/channel-description.ts';
import type { ChatOutbox } from '../src/chat/outbox.ts';
import type { Person } from '../src/chat/surface.ts';
import type { ChecklistService } from '../src/checklist/checklist-service.ts';
import type { DeliveryService } from '../src/deliveries/delivery-service.ts';
import type { EventService } from '../src/events/event-service.ts';
import type { ConnectionCheck } from '../src/instances/connection-check.ts';
import type { InstanceService } from '../src/instances/instance-service.ts';
import type { InstanceReports } from '../src/messages/instance-report.ts';
import type { MessageQueue } from '../src/messages/message-queue.ts';
import type { NotificationPreview } from '../src/messages/notification-preview.ts';
import type { NotificationSettingsService } from '../src/messages/notification-settings.ts';
import type { OptOut } from '../src/messages/opt-out.ts';
import type { TemplateApproval } from '../src/messages/template-approval.ts';
import type { TestSend } from '../src/messages/test-send.ts';
import type { StoreReports } from '../src/reports/store-report.ts';
import type { StoreService } from '../src/stores/store-service.ts';

/** What commands may use. */
export interface CommandServices extends ChannelDirectory {
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
  optOut: OptOut;
  testSend: TestSend;
  preview: NotificationPreview;
  templateApproval: TemplateApproval;
  /** Somebody of a workspace by the id that its chat gave; null when there is nobody of that id. */
  person(workspaceId: string, userId: string): Promise<Person | null>;
}
