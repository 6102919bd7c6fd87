import { type ChannelDirectory, describeChannel, inviteOrMoveRemedy } from '../chat/channel-description.ts';
import type { BadgeStatus } from '../chat/message.ts';
import type { ChatOutbox } from '../chat/outbox.ts';
import type { DeliveryService } from '../deliveries/delivery-service.ts';
import type { Refusal, RefusalCounter } from '../deliveries/refusal-counter.ts';
import type { EventService, SeenKind } from '../events/event-service.ts';
import { findPlatform } from '../platforms/registry.ts';
import type { Store } from '../stores/store-service.ts';
import { formatCount } from '../text/count.ts';
import { formatDay, formatMoment, localDay } from '../text/local-time.ts';
import { nameList } from '../text/name-list.ts';
import { type Locale, type TextKey, translator } from '../text/text.ts';
import type { Finding } from './finding.ts';
import { type MessagingReadiness, messagingFindings } from './messaging-findings.ts';

export const CHECKLIST_ITEMS = [
  'webhook_url',
  'event_received',
  'events_seen',
  'requests_refused',
  'deliveries_unread',
  'events_unknown',
  'backlog',
  'inflow',
  'secret_header',
  'amounts',
  'instance_linked',
  'instance_connected',
  'instance_type',
  'warm_up',
  'send_queue',
  'notifications',
  'happy_path',
  'sends',
  'phones',
  'tracking',
  'alert_channel',
  'daily_summary',
  'running',
] as const;
export type ChecklistItemId = (typeof CHECKLIST_ITEMS)[number];

export interface ChecklistItem {
  id: ChecklistItemId;
  label: string;
  status: BadgeStatus;
  /** What was seen. */
  seen: string;
  /** What to do; null when there is nothing to do. */
  remedy: string | null;
}

export interface Checklist {
  /** True when nothing is blocked. */
  ready: boolean;
  items: ChecklistItem[];
}

export interface ChecklistService {
  /** Is this store ready, item by item, with the remedy for each that is not green. */
  check(store: Store, locale: Locale): Promise<Checklist>;
}

/** More waiting deliveries than this and alerts come late. */
const LARGE_BACKLOG = 1_000;
/** More deliveries in an hour than this are more than a store usually has. */
const LARGE_HOURLY_INFLOW = 5_000;
const SAMPLE_SIZE = 50;
/** Below this share of valid phones or tracked sales, something is probably switched off in the checkout. */
const LOW_SHARE = 0.5;
const HOUR_MILLISECONDS = 3_600_000;
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;
const WEEK_MILLISECONDS = 7 * DAY_MILLISECONDS;

export function createChecklistService(
  dependencies: ChannelDirectory & {
    deliveries: DeliveryService;
    refusals: RefusalCounter;
    events: EventService;
    outbox: ChatOutbox;
    messaging: MessagingReadiness;
    /** The newest day whose summary was posted, `YYYY-MM-DD`, or null. */
    lastSummaryDay(store: Store): Promise<string | null>;
    now?: () => Date;
  },
): ChecklistService {
  const { deliveries, refusals, events, outbox, messaging, now = () => new Date() } = dependencies;

  async function webhookUrl(store: Store, locale: Locale): Promise<Finding> {
    const { items } = await deliveries.list(store, {}, { limit: 1 });
    const [latest] = items;
    if (!latest)
      return { status: 'waiting', seen: 'checklist.webhook_unused', remedy: 'checklist.webhook_unused_remedy' };
    const at = formatMoment(latest.receivedAt, store.timezone, locale);
    return { status: 'ok', seen: 'checklist.webhook_used', values: { at } };
  }

  async function alertChannel(store: Store, locale: Locale): Promise<Finding> {
    const { workspaceId, alerts } = store;
    const { channelId } = alerts;
    if (channelId === null)
      return { status: 'attention', seen: 'checklist.channel_none', remedy: 'checklist.channel_remedy' };
    const translate = translator(locale);
    const { label, mayPost } = await describeChannel(dependencies, { workspaceId, channelId }, translate);
    const last = await outbox.lastPost(workspaceId, channelId);
    const values = { channel: label, remedy: inviteOrMoveRemedy(dependencies, workspaceId, translate) };
    if (!mayPost || last?.status === 'failed') {
      return {
        status: 'attention',
        seen: 'checklist.channel_unreachable',
        values,
        remedy: 'checklist.channel_invite_remedy',
      };
    }
    return { status: 'ok', seen: last ? 'checklist.channel_posted' : 'checklist.channel_chosen', values };
  }

  async function backlog(store: Store): Promise<Finding> {
    const count = await deliveries.countWaiting(store, LARGE_BACKLOG + 1);
    if (count <= LARGE_BACKLOG) return { status: 'ok', seen: 'checklist.backlog', values: { count } };
    return { status: 'attention', seen: 'checklist.backlog', values: { count }, remedy: 'checklist.backlog_remedy' };
  }

  async function inflow(store: Store): Promise<Finding> {
    const counts = await deliveries.countOutcomes(store, new Date(now().getTime() - HOUR_MILLISECONDS), now());
    const count = Object.values(counts).reduce((sum, value) => sum + value, 0);
    if (count <= LARGE_HOURLY_INFLOW) return { status: 'ok', seen: 'checklist.inflow', values: { count } };
    return { status: 'attention', seen: 'checklist.inflow', values: { count }, remedy: 'checklist.inflow_remedy' };
  }

  async function deliveriesUnread(store: Store): Promise<Finding> {
    const since = new Date(now().getTime() - WEEK_MILLISECONDS);
    const invalid = await deliveries.countOutcomeSince(store, 'invalid', since);
    const failed = await deliveries.countOutcomeSince(store, 'failed', since);
    if (invalid + failed === 0) return { status: 'ok', seen: 'checklist.unread_none' };
    return {
      status: 'attention',
      seen: 'checklist.unread',
      values: { invalid, failed },
      remedy: 'checklist.unread_remedy',
    };
  }

  async function amounts(store: Store): Promise<Finding> {
    const count = await events.countSalesWithoutAmount(store, new Date(now().getTime() - WEEK_MILLISECONDS));
    if (count === 0) return { status: 'ok', seen: 'checklist.amounts_all' };
    return {
      status: 'attention',
      seen: 'checklist.amounts_missing',
      values: { count },
      remedy: 'checklist.amounts_remedy',
    };
  }

  async function dailySummary(store: Store, locale: Locale): Promise<Finding> {
    if (store.alerts.channelId === null) {
      return { status: 'attention', seen: 'checklist.summary_no_channel', remedy: 'checklist.channel_remedy' };
    }
    const day = await dependencies.lastSummaryDay(store);
    if (day) return { status: 'ok', seen: 'checklist.summary_posted', values: { day: formatDay(day, locale) } };
    const isNew = localDay(store.createdAt, store.timezone) >= localDay(now(), store.timezone);
    return { status: isNew ? 'ok' : 'waiting', seen: 'checklist.summary_first' };
  }

  return {
    async check(store, locale) {
      const translate = translator(locale);
      const [seen, unknownNames, sample, refused, invalid] = await Promise.all([
        events.seenKinds(store),
        events.unknownNames(store),
        events.sample(store, SAMPLE_SIZE),
        refusals.listSince(store.id, new Date(now().getTime() - WEEK_MILLISECONDS)),
        deliveries.latest(store, 'invalid'),
      ]);
      const findings: Record<ChecklistItemId, Finding> = {
        webhook_url: await webhookUrl(store, locale),
        event_received: eventReceived(seen, invalid?.reason ?? null),
        events_seen: eventsSeen(store, seen, locale),
        requests_refused: requestsRefused(
          refused.filter(({ reason }) => !(store.secretHeader && reason === 'secret_header')),
          locale,
        ),
        deliveries_unread: await deliveriesUnread(store),
        events_unknown: eventsUnknown(unknownNames),
        backlog: await backlog(store),
        inflow: await inflow(store),
        secret_header: secretHeader(store, refused),
        amounts: await amounts(store),
        ...(await messagingFindings(messaging, store, locale, now())),
        phones: shareFinding(sample.withPhone, sample.events, 'checklist.phones', 'checklist.phones_remedy'),
        tracking: shareFinding(sample.withTracking, sample.events, 'checklist.tracking', 'checklist.tracking_remedy'),
        alert_channel: await alertChannel(store, locale),
        daily_summary: await dailySummary(store, locale),
        running: store.paused
          ? { status: 'attention', seen: 'checklist.paused', remedy: 'checklist.paused_remedy' }
          : { status: 'ok', seen: 'checklist.running' },
      };
      const items = CHECKLIST_ITEMS.map((id): ChecklistItem => {
        const { status, seen: seenKey, values, remedy } = findings[id];
        return {
          id,
          label: translate(`checklist.label.${id}`),
          status,
          seen: translate(seenKey, values),
          remedy: remedy ? translate(remedy, values) : null,
        };
      });
      return { ready: items.every((item) => item.status !== 'blocked'), items };
    },
  };
}

function eventReceived(seen: readonly SeenKind[], invalidReason: string | null): Finding {
  if (seen.some(({ kind }) => kind !== 'unknown')) return { status: 'ok', seen: 'checklist.event_received' };
  if (invalidReason !== null || seen.length > 0) {
    return { status: 'blocked', seen: 'checklist.event_only_invalid', remedy: 'checklist.event_invalid_remedy' };
  }
  return { status: 'blocked', seen: 'checklist.event_none', remedy: 'checklist.event_none_remedy' };
}

/** Which of the platform's proven events came, and which never did: some are rare, so a gap is no more than a hint. */
function eventsSeen(store: Store, seen: readonly SeenKind[], locale: Locale): Finding {
  const translate = translator(locale);
  const catalogue = findPlatform(store.platform)?.catalogue ?? [];
  const kinds = [...new Set(catalogue.filter((entry) => entry.proven).map((entry) => entry.kind))];
  const seenKinds = new Set(seen.map(({ kind }) => kind));
  const missing = kinds.filter((kind) => !seenKinds.has(kind));
  const values = {
    seen: kinds.length - missing.length,
    total: kinds.length,
    missing: missing.map((kind) => translate(`kind.${kind}`)).join(', '),
  };
  if (seenKinds.size === 0)
    return { status: 'waiting', seen: 'checklist.events_none', remedy: 'checklist.events_remedy' };
  if (missing.length === 0) return { status: 'ok', seen: 'checklist.events_all', values };
  return { status: 'ok', seen: 'checklist.events_some', values };
}

function requestsRefused(refused: readonly Refusal[], locale: Locale): Finding {
  const translate = translator(locale);
  if (refused.length === 0) return { status: 'ok', seen: 'checklist.refused_none' };
  const reasons = refused
    .map(({ reason, count }) => `${translate(`refusal.${reason}`)} (${formatCount(count, locale)})`)
    .join(', ');
  return { status: 'attention', seen: 'checklist.refused', values: { reasons }, remedy: 'checklist.refused_remedy' };
}

function secretHeader({ secretHeader: name }: Store, refused: readonly Refusal[]): Finding {
  if (name === null) return { status: 'ok', seen: 'checklist.secret_none' };
  const count = refused.find(({ reason }) => reason === 'secret_header')?.count ?? 0;
  if (count === 0) return { status: 'ok', seen: 'checklist.secret_set', values: { name } };
  return {
    status: 'attention',
    seen: 'checklist.secret_refused',
    values: { name, count },
    remedy: 'checklist.secret_remedy',
  };
}

function eventsUnknown(names: readonly string[]): Finding {
  if (names.length === 0) return { status: 'ok', seen: 'checklist.unknown_none' };
  const values = { count: names.length, names: nameList(names.map((name) => `“${name}”`)) };
  return { status: 'attention', seen: 'checklist.unknown', values, remedy: 'checklist.unknown_remedy' };
}

function shareFinding(
  part: number,
  whole: number,
  seen: 'checklist.phones' | 'checklist.tracking',
  remedy: TextKey,
): Finding {
  if (whole === 0) return { status: 'waiting', seen: 'checklist.no_events_yet' };
  const values = { part, whole };
  return part / whole < LOW_SHARE ? { status: 'attention', seen, values, remedy } : { status: 'ok', seen, values };
}
