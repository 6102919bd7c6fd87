import { omit } from 'es-toolkit';
import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import type { Block, Reply } from '../../src/chat/message.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import { countIn, type InstanceMessages, type InstanceReport } from '../../src/messages/instance-report.ts';
import type { MessageStatus } from '../../src/messages/message-model.ts';
import { messageReasonText } from '../../src/messages/message-reason-text.ts';
import { type Period, parsePeriod } from '../../src/reports/period.ts';
import { formatCount } from '../../src/text/count.ts';
import { localDay } from '../../src/text/local-time.ts';
import { ProductError } from '../../src/text/product-error.ts';
import type { TextKey } from '../../src/text/text.ts';
import { chosenInstance, instanceOption, instanceReference } from '../options/instance-option.ts';
import { periodOption } from '../options/period-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { instanceName, instanceSpreadsheet } from './instance-spreadsheet.ts';
import {
  formatOption,
  periodButtons,
  periodLabel,
  SPREADSHEET,
  spreadsheetButton,
  spreadsheetFile,
  wantsSpreadsheet,
} from './report-parts.ts';

type Context = CommandContext<CommandServices>;

/** Without one, every instance is told of. */
const oneInstanceOption: CommandOption<CommandServices> = omit(instanceOption, ['requiredAmongSeveral']);

interface Figure {
  label: TextKey;
  statuses: readonly MessageStatus[];
}

/** What is told of every instance. A message that was read was also delivered and sent. */
const FIGURES: readonly Figure[] = [
  { label: 'message_report.open', statuses: ['scheduled', 'waiting', 'sending'] },
  { label: 'message_report.sent', statuses: ['sent', 'delivered', 'read'] },
  { label: 'message_report.delivered', statuses: ['delivered', 'read'] },
  { label: 'message_report.read', statuses: ['read'] },
];
/** What is told of an instance where there is any. */
const TROUBLE_FIGURES: readonly Figure[] = [
  { label: 'message_report.failed', statuses: ['failed'] },
  { label: 'message_report.uncertain', statuses: ['uncertain'] },
  { label: 'message_report.not_sent', statuses: ['cancelled', 'skipped', 'dropped'] },
];
const SENT: readonly MessageStatus[] = ['sent', 'delivered', 'read'];
const TROUBLES: readonly MessageStatus[] = ['failed', 'uncertain', 'cancelled', 'skipped', 'dropped'];
/** The rest is in the spreadsheet. */
const MAXIMUM_REASONS = 20;

/** What became of the messages to buyers that were planned in a period, by instance. */
export const instancia: CommandVerb<CommandServices> = {
  name: 'instancia',
  description: 'command.relatorio.instancia',
  role: 'viewer',
  options: [oneInstanceOption, periodOption, formatOption],
  async run(context, options) {
    const { services, workspaceId, now } = context;
    const chosen = await namedInstance(context, options);
    const timezone = (chosen ?? (await firstInstance(context))).timezone;
    const period = parsePeriod(typedValue(options, periodOption.name), timezone, now);
    const asSpreadsheet = wantsSpreadsheet(options);
    const whole = await services.instanceReports.report(workspaceId, period, timezone);
    const report = chosen ? onlyOf(chosen, whole) : whole;
    return asSpreadsheet ? spreadsheetReply(context, chosen, report) : reportReply(context, chosen, report);
  },
};

async function namedInstance(context: Context, options: OptionValues): Promise<Instance | null> {
  const typed = typedValue(options, oneInstanceOption.name);
  return typed === undefined ? null : await chosenInstance(context, options);
}

/** Its calendar is that of a report on all, which tells of those that were removed too. @throws ProductError `instance_none` */
async function firstInstance({ services: { instances }, workspaceId }: Context): Promise<Instance> {
  const [present] = await instances.list(workspaceId);
  const [first] = present ? [present] : await instances.listRemoved(workspaceId);
  if (!first) throw new ProductError('instance_none');
  return first;
}

function onlyOf({ id }: Instance, report: InstanceReport): InstanceReport {
  return { ...report, instances: report.instances.filter(({ instance }) => instance?.id === id) };
}

function reportReply(context: Context, chosen: Instance | null, report: InstanceReport): Reply {
  const { translate } = context;
  const isEmpty = report.instances.every(({ counts }) => counts.length === 0);
  const isOpen = report.to >= localDay(context.now, report.timezone);
  const period = { period: periodLabel(context, report), timezone: report.timezone };
  const explanation = translate(isOpen ? 'message_report.period_open' : 'message_report.period', period);
  const spreadsheet = reportCommand(chosen, `${report.from} ${report.to}`, SPREADSHEET);
  return {
    title: headline(context, chosen, report),
    tone: 'neutral',
    visibility: 'public',
    blocks: [
      { type: 'paragraph', text: isEmpty ? translate('message_report.empty', period) : explanation },
      ...(isEmpty ? [] : [countsBlock(context, report), ...reasonBlocks(context, report)]),
      ...roleButtons(context, [
        ...periodButtons(context, report, report.timezone, (periodo) => reportCommand(chosen, periodo)),
        ...(isEmpty ? [] : [spreadsheetButton(context, spreadsheet)]),
      ]),
    ],
  };
}

function reportCommand(chosen: Instance | null, periodo: string, formato?: string): string {
  const instancia = chosen ? instanceReference(chosen) : undefined;
  return commandLine('/relatorio instancia', { instancia, periodo, formato });
}

function headline({ translate }: Context, chosen: Instance | null, { instances }: InstanceReport): string {
  const count = instances.reduce((sum, messages) => sum + countIn(messages, SENT), 0);
  if (!chosen) return translate('message_report.headline', { count });
  return translate('message_report.headline_of', { instance: chosen.name, count });
}

/** Lines and not a table, whose columns a phone would have no room for. */
function countsBlock({ translate, locale }: Context, { instances }: InstanceReport): Block {
  const figuresOf = (messages: InstanceMessages, figures: readonly Figure[]) =>
    figures
      .map(({ label, statuses }) => `${translate(label)}: ${formatCount(countIn(messages, statuses), locale)}`)
      .join(' · ');
  const fields = instances.map((messages) => {
    const troubles = TROUBLE_FIGURES.filter(({ statuses }) => countIn(messages, statuses) > 0);
    const lines = [figuresOf(messages, FIGURES), figuresOf(messages, troubles)].filter(Boolean);
    return { label: instanceName(messages, translate), value: lines.join('\n') };
  });
  return { type: 'fields', fields };
}

function reasonBlocks({ translate, locale }: Context, { instances }: InstanceReport): Block[] {
  const fields = instances
    .flatMap((messages) => troublesOf(messages).map((trouble) => ({ ...trouble, messages })))
    .sort((left, right) => right.count - left.count)
    .slice(0, MAXIMUM_REASONS)
    .map(({ messages, status, reason, count }) => ({
      label: translate('message_report.trouble', {
        instance: instanceName(messages, translate),
        status: translate(`message_status.${status}`),
        count: formatCount(count, locale),
      }),
      value: reason === null ? '–' : messageReasonText(reason, translate),
    }));
  if (fields.length === 0) return [];
  return [
    { type: 'paragraph', text: translate('message_report.reasons') },
    { type: 'fields', fields },
  ];
}

function troublesOf({ counts }: InstanceMessages): InstanceMessages['counts'] {
  return counts.filter(({ status }) => TROUBLES.includes(status));
}

function spreadsheetReply(context: Context, chosen: Instance | null, report: InstanceReport): Reply {
  const period: Period = report;
  return {
    title: headline(context, chosen, report),
    tone: 'neutral',
    visibility: 'public',
    blocks: [
      { type: 'paragraph', text: context.translate('report.spreadsheet', { period: periodLabel(context, period) }) },
      spreadsheetFile(chosen?.name ?? 'instancias', period, instanceSpreadsheet(report, context)),
    ],
  };
}
