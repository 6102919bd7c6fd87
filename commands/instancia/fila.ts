import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext, CommandOption, CommandVerb, OptionValues } from '../../src/chat/command.ts';
import { commandLine } from '../../src/chat/command-line.ts';
import { type Block, privateText, type Reply } from '../../src/chat/message.ts';
import type { Instance } from '../../src/instances/instance-service.ts';
import type { MessageDocument } from '../../src/messages/message-model.ts';
import type { QueueState, ReasonCount } from '../../src/messages/message-queue.ts';
import { messageReasonText } from '../../src/messages/message-reason-text.ts';
import { formatCount } from '../../src/text/count.ts';
import { formatDay, formatMoment } from '../../src/text/local-time.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { instanceReference } from '../options/instance-option.ts';
import { pageOption } from '../options/page-option.ts';
import { typedValue } from '../options/typed-value.ts';
import { type RoleButton, roleButtons } from '../role-buttons.ts';
import type { CommandServices } from '../services.ts';
import { chosenQueue, queueOption, removedWithUncertain } from './queue-option.ts';

type Context = CommandContext<CommandServices>;

/** The others come up once these are settled. */
const REMOVED_SHOWN = 5;
/** So that the table fits a phone. */
const LONGEST_BAR = 10;
const PAGE_SIZE = 10;
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
  options: [queueOption, messageOption, decisionOption, pageOption],
  async run(context, options) {
    const message = typedValue(options, messageOption.name);
    const decision = typedValue(options, decisionOption.name);
    if (message !== undefined && decision !== undefined) return await decide(context, options, message, decision);
    const { instance, isRemoved } = await chosenQueue(context, options);
    const cursor = typedValue(options, pageOption.name);
    if (isRemoved) return await removedReply(context, instance, cursor);
    return cursor === undefined ? await queueReply(context, instance) : await moreReply(context, instance, cursor);
  },
};

async function decide(context: Context, options: OptionValues, id: string, typed: string): Promise<Reply> {
  const { translate, services, workspaceId } = context;
  const decision = foldCase(typed);
  const wasSent = Object.hasOwn(DECISIONS, decision) ? DECISIONS[decision] : undefined;
  if (wasSent === undefined) {
    throw new ProductError('message_decision_unknown', { value: typed });
  }
  const { instanceId } = await services.messageQueue.get(workspaceId, id);
  if (typedValue(options, queueOption.name) !== undefined) {
    const { instance } = await chosenQueue(context, options);
    if (instance.id !== instanceId) throw new ProductError('message_elsewhere', { instance: instance.name });
  }
  const isDecided = await services.messageQueue.resolve(workspaceId, id, wasSent);
  const said = translate(wasSent ? 'queue.decided_sent' : 'queue.decided_again');
  const reply = isDecided ? privateText('success', said) : privateText('neutral', translate('queue.already_decided'));
  return { ...reply, blocks: [...reply.blocks, ...(await backToQueue(context, instanceId))] };
}

/** Where the next uncertain message is. An instance that is gone has no queue, only what is left of it to decide. */
async function backToQueue(context: Context, instanceId: string | null): Promise<Block[]> {
  if (instanceId === null) return [];
  const { services, translate } = context;
  const isPresent = (await services.instances.present([instanceId])).has(instanceId);
  if (!isPresent) return removedBlocks(context, await removedWithUncertain(context));
  const command = commandLine('/instancia fila', { instancia: instanceId });
  return roleButtons(context, [{ label: translate('button.queue'), command, style: 'secondary', role: 'viewer' }]);
}

/** The way to what is still uncertain of instances that are gone. */
function removedBlocks(context: Context, removed: readonly Instance[]): Block[] {
  if (removed.length === 0) return [];
  const { translate } = context;
  const buttons = removed.slice(0, REMOVED_SHOWN).map(
    ({ id, name }): RoleButton => ({
      label: translate('queue.removed_instance', { instance: name }),
      command: commandLine('/instancia fila', { instancia: id }),
      style: 'secondary',
      role: 'viewer',
    }),
  );
  return [{ type: 'paragraph', text: translate('queue.removed_left') }, ...roleButtons(context, buttons)];
}

/** What is left to decide of an instance that is gone. */
async function removedReply(context: Context, instance: Instance, cursor: string | undefined): Promise<Reply> {
  return {
    title: context.translate('queue.removed_title', { instance: instance.name }),
    tone: 'attention',
    visibility: 'private',
    blocks: await uncertainBlocks(context, instance, instance.id, cursor),
  };
}

async function queueReply(context: Context, instance: Instance): Promise<Reply> {
  const { translate, services } = context;
  const state = await services.messageQueue.state(instance);
  return {
    title: translate('queue.title', { instance: instance.name }),
    tone: state.uncertain.length > 0 || state.activity.kind === 'disconnected' ? 'attention' : 'neutral',
    visibility: 'private',
    blocks: [
      countsBlock(context, instance, state),
      daysBlock(context, state),
      ...troubleBlocks(context, state),
      ...(state.uncertain.length > 0
        ? await uncertainBlocks(context, instance, instanceReference(instance), undefined)
        : []),
      ...removedBlocks(context, await removedWithUncertain(context)),
    ],
  };
}

async function moreReply(context: Context, instance: Instance, cursor: string): Promise<Reply> {
  return {
    title: context.translate('queue.more_title', { instance: instance.name }),
    tone: 'attention',
    visibility: 'private',
    blocks: await uncertainBlocks(context, instance, instanceReference(instance), cursor),
  };
}

function countsBlock(context: Context, instance: Instance, state: QueueState): Block {
  const { translate, locale } = context;
  const count = (number: number) => formatCount(number, locale);
  return {
    type: 'fields',
    fields: [
      { label: translate('queue.activity'), value: activityLabel(context, instance, state) },
      { label: translate('queue.waiting'), value: count(state.waiting) },
      { label: translate('queue.sending'), value: count(state.sending) },
      { label: translate('queue.sent_recently'), value: count(state.sentRecently) },
      { label: translate('queue.entered_recently'), value: count(state.enteredRecently) },
      { label: translate('queue.ends_at'), value: endLabel(context, instance, state) },
    ],
  };
}

function activityLabel({ translate, locale }: Context, instance: Instance, { activity }: QueueState): string {
  if (activity.kind !== 'paused') return translate(`queue_activity.${activity.kind}`);
  return translate('queue_activity.paused', { at: formatMoment(activity.until, instance.timezone, locale) });
}

function endLabel(
  { translate, locale }: Context,
  instance: Instance,
  { waiting, activity, endsAt }: QueueState,
): string {
  if (waiting === 0) return translate('queue.nothing_waits');
  if (activity.kind === 'disconnected') return translate('queue.ends_once_connected');
  return endsAt ? formatMoment(endsAt, instance.timezone, locale) : translate('queue.not_within_a_year');
}

function daysBlock({ translate, locale }: Context, { days }: QueueState): Block {
  const most = Math.max(1, ...days.map(({ sent }) => sent));
  return {
    type: 'table',
    caption: translate('queue.days'),
    columns: [
      { label: translate('queue.day'), align: 'left' },
      { label: translate('queue.sent'), align: 'right' },
      { label: '', align: 'left', isPicture: true },
    ],
    rows: days.map(({ day, sent }) => [
      formatDay(day, locale),
      formatCount(sent, locale),
      '█'.repeat(Math.ceil((sent / most) * LONGEST_BAR)),
    ]),
  };
}

/** What failed and what is uncertain, by reason. */
function troubleBlocks({ translate }: Context, { failures, uncertain }: QueueState): Block[] {
  if (failures.length + uncertain.length === 0) return [];
  const row = (status: 'failed' | 'uncertain') => (trouble: ReasonCount) => [
    translate(`queue.${status}`, { count: trouble.count }),
    messageReasonText(trouble.reason, translate),
  ];
  return [
    {
      type: 'table',
      caption: translate('queue.troubles'),
      columns: [
        { label: translate('queue.count'), align: 'left' },
        { label: translate('queue.reason'), align: 'left' },
      ],
      rows: [...uncertain.map(row('uncertain')), ...failures.map(row('failed'))],
    },
  ];
}

/** @param instancia what a command line calls the instance by: its name may be another one's by now */
async function uncertainBlocks(
  context: Context,
  instance: Instance,
  instancia: string,
  cursor: string | undefined,
): Promise<Block[]> {
  const { translate, services } = context;
  const page = await services.messageQueue.uncertain(instance, { cursor, limit: PAGE_SIZE });
  const more = page.nextCursor === null ? [] : [moreButton(context, instancia, page.nextCursor)];
  return [
    { type: 'paragraph', text: translate(page.items.length === 0 ? 'queue.none_uncertain' : 'queue.decide_how') },
    ...page.items.flatMap((message) => decisionBlocks(context, instance, message)),
    ...roleButtons(context, more),
  ];
}

function moreButton({ translate }: Context, instancia: string, cursor: string): RoleButton {
  const command = commandLine('/instancia fila', { instancia, cursor });
  return { label: translate('button.more'), command, style: 'secondary', role: 'viewer' };
}

/** Buyers are told apart by first name and the end of the phone, and no further. */
function decisionBlocks(context: Context, instance: Instance, message: MessageDocument): Block[] {
  const { translate, locale } = context;
  const id = message._id.toHexString();
  const decision = (decisao: string) => commandLine('/instancia fila', { mensagem: id, decisao });
  const text = translate('queue.uncertain_message', {
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
