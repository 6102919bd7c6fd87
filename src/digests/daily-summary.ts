import { type Connection, Schema } from 'mongoose';
import type { Block, Field, Message } from '../chat/message.ts';
import type { ChatOutbox } from '../chat/outbox.ts';
import { isDuplicateKey } from '../database/duplicate-key.ts';
import { modelOn } from '../database/model.ts';
import { DELIVERY_OUTCOMES, type DeliveryOutcome } from '../deliveries/delivery-model.ts';
import type { DeliveryService } from '../deliveries/delivery-service.ts';
import { MESSAGE_STATUSES, type MessageStatus } from '../messages/message-model.ts';
import type { MessageQueue, ReasonCount } from '../messages/message-queue.ts';
import { messageReasonText } from '../messages/message-reason-text.ts';
import type { CurrencyReport, StoreReport, StoreReports } from '../reports/store-report.ts';
import type { Store, StoreService } from '../stores/store-service.ts';
import { formatCount } from '../text/count.ts';
import { addDays, formatDay, type LocalDay, localDay, localHour, startOfDay } from '../text/local-time.ts';
import { formatMoney } from '../text/money.ts';
import { type Locale, translator } from '../text/text.ts';

/** The hour, in the store's time zone, from which the summary of the day before is posted. */
const POSTING_HOUR = 8;

/** The others are rare. */
const REASONS_SHOWN = 5;

interface SummaryDocument {
  /** `store:day` */
  _id: string;
  storeId: string;
  day: LocalDay;
}

const summarySchema = new Schema<SummaryDocument>(
  {
    _id: { type: String, required: true },
    storeId: { type: String, required: true },
    day: { type: String, required: true },
  },
  { collection: 'dailysummaries', versionKey: false },
);
summarySchema.index({ storeId: 1, day: -1 });

export interface DailySummaries {
  /** Posts the summary of yesterday for each store where it is past eight and none was posted. Safe to call at any time, any number of times. */
  postDue(): Promise<void>;
  /** The newest day whose summary was posted. */
  lastDay(store: Store): Promise<LocalDay | null>;
}

/** Each store's day in its channel, the morning after, in the store's own time zone. */
export function createDailySummaries(dependencies: {
  connection: Connection;
  stores: StoreService;
  deliveries: DeliveryService;
  reports: StoreReports;
  messageQueue: Pick<MessageQueue, 'countStatuses' | 'countReasons'>;
  outbox: ChatOutbox;
  locale: Locale;
  now?: () => Date;
}): DailySummaries {
  const {
    connection,
    stores,
    deliveries,
    reports,
    messageQueue,
    outbox,
    locale,
    now = () => new Date(),
  } = dependencies;
  const summaries = modelOn<SummaryDocument>(connection, 'DailySummary', summarySchema);

  async function postFor(store: Store): Promise<void> {
    const { channelId } = store.alerts;
    if (channelId === null || store.paused || localHour(now(), store.timezone) < POSTING_HOUR) return;
    const day = addDays(localDay(now(), store.timezone), -1);
    const summary = { _id: `${store.id}:${day}`, storeId: store.id, day };
    // A store that was made today has no yesterday to tell of.
    if (day < localDay(store.createdAt, store.timezone) || (await summaries.exists({ _id: summary._id }))) return;
    const span = [startOfDay(day, store.timezone), startOfDay(addDays(day, 1), store.timezone)] as const;
    const outcomes = await deliveries.countOutcomes(store, ...span);
    const statuses = await messageQueue.countStatuses(store, ...span);
    const reasons = await messageQueue.countReasons(store, ...span);
    const report = await reports.report(store, { from: day, to: day });
    await outbox.enqueue({
      key: `daily-summary:${summary._id}`,
      workspaceId: store.workspaceId,
      channelId,
      message: withMessages(
        dailySummaryMessage(store.name, day, outcomes, report, locale),
        messageBlocks(statuses, reasons, locale),
      ),
    });
    await summaries.create(summary).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
  }

  return {
    async postDue() {
      for (const store of await stores.listAll()) await postFor(store);
    },
    async lastDay(store) {
      const last = await summaries.findOne({ storeId: store.id }).sort({ day: -1 }).lean<SummaryDocument>();
      return last?.day ?? null;
    },
  };
}

/** What a store's day was: sales first, then what came in. */
export function dailySummaryMessage(
  storeName: string,
  day: LocalDay,
  outcomes: Partial<Record<DeliveryOutcome, number>>,
  report: StoreReport,
  locale: Locale,
): Message {
  const translate = translator(locale);
  const total = DELIVERY_OUTCOMES.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
  const parts = DELIVERY_OUTCOMES.flatMap((outcome) => {
    const count = outcomes[outcome] ?? 0;
    return count > 0 ? [`${formatCount(count, locale)} ${translate(`outcome.${outcome}`)}`] : [];
  });
  return {
    title: translate('digest.daily_title', { store: storeName, day: formatDay(day, locale) }),
    tone: (outcomes.failed ?? 0) + (outcomes.invalid ?? 0) > 0 ? 'attention' : 'neutral',
    blocks: [
      ...report.currencies.map((currency) => ({ type: 'fields' as const, fields: salesFields(currency, locale) })),
      {
        type: 'paragraph',
        text:
          total === 0
            ? translate('digest.daily_no_deliveries')
            : translate('digest.daily_deliveries', { total, parts: parts.join(', ') }),
      },
    ],
  };
}

function withMessages(message: Message, blocks: Block[]): Message {
  return { ...message, blocks: [...message.blocks, ...blocks] };
}

/** What became of the messages that were planned on that day; nothing where there were none. */
function messageBlocks(
  statuses: Record<MessageStatus, number>,
  reasons: readonly ReasonCount[],
  locale: Locale,
): Block[] {
  const translate = translator(locale);
  const total = MESSAGE_STATUSES.reduce((sum, status) => sum + statuses[status], 0);
  // A store without an instance writes to nobody; that is no news every morning.
  const unsendable = reasons.find(({ reason }) => reason === 'no_instance')?.count ?? 0;
  if (total === unsendable) return [];
  return [
    {
      type: 'table',
      caption: translate('digest.daily_messages', { total }),
      columns: [
        { label: translate('queue.activity'), align: 'left' },
        { label: translate('queue.count'), align: 'right' },
      ],
      rows: MESSAGE_STATUSES.filter((status) => statuses[status] > 0).map((status) => [
        translate(`message_status.${status}`),
        formatCount(statuses[status], locale),
      ]),
    },
    ...(reasons.length > 0 ? [reasonTable(reasons.slice(0, REASONS_SHOWN), locale)] : []),
  ];
}

function reasonTable(reasons: readonly ReasonCount[], locale: Locale): Block {
  const translate = translator(locale);
  return {
    type: 'table',
    caption: translate('digest.messages_not_sent'),
    columns: [
      { label: translate('queue.count'), align: 'right' },
      { label: translate('queue.reason'), align: 'left' },
    ],
    rows: reasons.map(({ reason, count }) => [formatCount(count, locale), messageReasonText(reason, translate)]),
  };
}

function salesFields(report: CurrencyReport, locale: Locale): Field[] {
  const translate = translator(locale);
  const money = (centavos: number) => formatMoney(centavos, report.currency, locale);
  const counted = ({ count, amount }: { count: number; amount: number }) =>
    `${formatCount(count, locale)} · ${money(amount)}`;
  return [
    { label: translate('digest.orders'), value: formatCount(report.orders, locale) },
    { label: translate('digest.gross'), value: money(report.gross) },
    { label: translate('digest.ticket'), value: money(report.averageTicket) },
    { label: translate('digest.refunds'), value: counted(report.refunds) },
    { label: translate('digest.chargebacks'), value: counted(report.chargebacks) },
  ];
}
