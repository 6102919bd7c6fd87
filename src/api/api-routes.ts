import { alertRoutes } from '../alerts/alert-routes.ts';
import type { AlertService } from '../alerts/alert-service.ts';
import type { CommandDispatcher } from '../chat/dispatcher.ts';
import type { Channel } from '../chat/surface.ts';
import { checklistRoutes } from '../checklist/checklist-routes.ts';
import type { ChecklistService } from '../checklist/checklist-service.ts';
import { deliveryRoutes } from '../deliveries/delivery-routes.ts';
import type { DeliveryService } from '../deliveries/delivery-service.ts';
import { eventRoutes } from '../events/event-routes.ts';
import type { EventService } from '../events/event-service.ts';
import type { Route } from '../feature/route.ts';
import type { ConnectionCheck } from '../instances/connection-check.ts';
import { instanceRoutes } from '../instances/instance-routes.ts';
import type { InstanceService } from '../instances/instance-service.ts';
import type { InstanceReports } from '../messages/instance-report.ts';
import { instanceReportRoutes } from '../messages/instance-report-routes.ts';
import type { MessageQueue } from '../messages/message-queue.ts';
import { messageRoutes } from '../messages/message-routes.ts';
import type { NotificationSettingsService } from '../messages/notification-settings.ts';
import type { TemplateApproval } from '../messages/template-approval.ts';
import { orderRoutes } from '../orders/order-routes.ts';
import type { OrderService } from '../orders/order-service.ts';
import { reportRoutes } from '../reports/report-routes.ts';
import type { StoreReports } from '../reports/store-report.ts';
import { storeRoutes } from '../stores/store-routes.ts';
import type { StoreService } from '../stores/store-service.ts';
import type { Locale } from '../text/text.ts';
import { commandRoutes } from './command-routes.ts';

export interface ApiServices {
  stores: StoreService;
  deliveries: DeliveryService;
  events: EventService;
  orders: OrderService;
  reports: StoreReports;
  checklist: ChecklistService;
  alerts: AlertService;
  instances: InstanceService;
  checkConnection: ConnectionCheck;
  notifications: NotificationSettingsService;
  messageQueue: MessageQueue;
  templateApproval: TemplateApproval;
  instanceReports: InstanceReports;
  /** The channels of a workspace that the product may post to. */
  channels(workspaceId: string): Promise<Channel[]>;
}

/**
 * Every route of the admin API.
 * @param locale of the sentences that are meant for people, unless the request names another
 */
export function apiRoutes(services: ApiServices, dispatcher: CommandDispatcher, locale: Locale): Route[] {
  return [
    ...storeRoutes(services),
    ...checklistRoutes({ ...services, locale }),
    ...reportRoutes(services),
    ...deliveryRoutes(services),
    ...eventRoutes(services),
    ...orderRoutes(services),
    ...alertRoutes(services),
    ...instanceRoutes(services),
    ...messageRoutes(services),
    ...instanceReportRoutes(services),
    ...commandRoutes({ dispatcher, channels: services.channels, locale }),
  ];
}
