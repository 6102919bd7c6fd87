import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import { type Block, privateText, type Reply } from '../../src/chat/message.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import type { MessageDocument } from '../../src/messages/message-model.ts';
import type { QueueState } from '../../src/messages/message-queue.ts';
import { messageReasonText } from '../../src/messages/message-reason-text.ts';
import { formatCount } from '../../src/text/count.ts';
import { formatDay, formatMoment } from '../../src/text/local-time.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { chosenInstance, instanceOption } from '../options/instance-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';

type Context = CommandContext<CommandServices>;

const LONGEST_BAR = 12;
/** What a person says of an uncertain message: true, it was sent. */
const DECISIONS: Readonly<Record<string, boolean>> = { enviada: true, reenviar: false };

const messageOption: CommandOption<CommandServices> = {
  name: 'mensagem',
  description: 'option.message',
  required: false,
  role: 'operator',
};
const decisionOption: CommandOption<CommandServices> = {
  name: 'decisao',
  description: 'option.decision',
  required: false,
  role: 'operator',
  complete: async ({ translate }) => [
    { value: 'enviada', label: translate('button.was_sent') },
    { value: 'reenviar', label: translate('button.send_again') },
  ],
};

/** An instance's queue; with a message and a decision, settles what became of that message. */
export const fila: CommandVerb<CommandServices> = {
  name: 'fila',
  description: 'command.instancia.fila',
  role: 'viewer',
  options: [instanceOption, messageOption, decisionOption],
  async run(context, options) {
    const message = typedValue(options, messageOption.name);
    const decision = typedValue(options, decisionOption.name);
    if (message !== undefined && decision !== undefined) return await decide(context, message, decision);
    return await queueReply(context, options);
  },
};

async function decide({ translate, services, workspaceId }: Context, id: string, typed: string): Promise<Reply> {
  const decision = foldCase(typed);
  const wasSent = Object.hasOwn(DECISIONS, decision) ? DECISIONS[decision] : undefined;
  if (wasSent === undefined) {
    throw new ProductError('instance_setting_unknown', { value: typed, option: decisionOption.name });
  }
  const isDecided = await services.messageQueue.resolve(workspaceId, id, wasSent);
  if (!isDecided) return privateText('neutral', translate('queue.already_decided'));
  return privateText('success', translate(wasSent ? 'queue.decided_sent' : 'queue.decided_again'));
}

async function queueReply(context: Context, options: OptionValues): Promise<Reply> {
  const { translate, services } = context;
  const instance = await chosenInstance(context, options);
  const state = await services.messageQueue.state(instance);
  return {
    title: translate('queue.title', { instance: instance.name }),
    tone: state.uncertain.length > 0 ? 'attention' : 'neutral',
    visibility: 'private',
    blocks: [
      countsBlock(context, instance, state),
      daysBlock(context, state),
      ...failureBlocks(context, state),
      ...state.uncertain.flatMap((message) => uncertainBlocks(context, instance, message)),
    ],
  };
}

function countsBlock({ translate, locale }: Context, instance: Instance, state: QueueState): Block {
  const count = (number: number) => formatCount(number, locale);
  const later = translate(state.waiting === 0 ? 'queue.nothing_waits' : 'queue.not_within_a_year');
  return {
    type: 'fields',
    fields: [
      { label: translate('queue.waiting'), value: count(state.waiting) },
      { label: translate('queue.sending'), value: count(state.sending) },
      { label: translate('queue.sent_recently'), value: count(state.sentRecently) },
      { label: translate('queue.entered_recently'), value: count(state.enteredRecently) },
      {
        label: translate('queue.ends_at'),
        value: state.endsAt ? formatMoment(state.endsAt, instance.timezone, locale) : later,
      },
    ],
  };
}

function daysBlock({ translate, locale }: Context, { days }: QueueState): Block {
  const most = Math.max(1, ...days.map(({ sent }) => sent));
  return {
    type: 'table',
    caption: translate('queue.days'),
    columns: [
      { label: translate('queue.day'), align: 'left' },
      { label: translate('queue.sent'), align: 'right' },
      { label: '', align: 'left' },
    ],
    rows: days.map(({ day, sent }) => [
      formatDay(day, locale),
      formatCount(sent, locale),
      '█'.repeat(Math.ceil((sent / most) * LONGEST_BAR)),
    ]),
  };
}

function failureBlocks({ translate, locale }: Context, { failures }: QueueState): Block[] {
  if (failures.length === 0) return [];
  return [
    {
      type: 'table',
      caption: translate('queue.failures'),
      columns: [
        { label: translate('queue.failed'), align: 'right' },
        { label: translate('queue.reason'), align: 'left' },
      ],
      rows: failures.map(({ reason, count }) => [formatCount(count, locale), messageReasonText(reason, translate)]),
    },
  ];
}

/** Buyers are told apart by first name and the end of the phone, and no further. */
function uncertainBlocks(context: Context, instance: Instance, message: MessageDocument): Block[] {
  const { translate, locale } = context;
  const id = message._id.toHexString();
  const decision = (decisao: string) => commandLine('/instancia fila', { mensagem: id, decisao });
  const text = translate('queue.uncertain', {
    notification: translate(`notification.${message.type}`),
    buyer: [message.firstName, `····${message.phone?.slice(-4) ?? ''}`].filter(Boolean).join(' '),
    at: formatMoment(message.sendingSince ?? message.dueAt, instance.timezone, locale),
    reason: messageReasonText(message.reason ?? '', translate),
  });
  return [
    { type: 'paragraph', text },
    ...roleButtons(context, [
      { label: translate('button.was_sent'), command: decision('enviada'), style: 'secondary', role: 'operator' },
      { label: translate('button.send_again'), command: decision('reenviar'), style: 'secondary', role: 'operator' },
    ]),
  ];
}
