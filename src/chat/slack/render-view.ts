import type { HomeView, InputBlock, KnownBlock, ModalView, PlainTextElement, PlainTextOption } from '@slack/types';
import type { Translate } from '../../text/text.ts';
import type { Block, FormField, Message } from '../message.ts';
import { renderBlocks } from './render-message.ts';
import { plainMrkdwn, section, shortened } from './slack-text.ts';

type Form = Extract<Block, { type: 'form' }>;

/** Limits of https://docs.slack.dev/reference/views and of https://docs.slack.dev/reference/block-kit/block-elements. */
const VIEW_BLOCK_LIMIT = 100;
const TITLE_LIMIT = 24;
const LABEL_LIMIT = 2_000;
export const OPTIONS_LIMIT = 100;
const OPTION_TEXT_LIMIT = 75;
const INPUT_LIMIT = 3_000;
/** A view may hold 250 kB; people do not read on for so long. */
const VIEW_CHARACTER_LIMIT = 100_000;

/** Names a modal whose submission is a command's options. */
export const FORM_VIEW = 'form';
/** Names the one element of each field; the field is the name of its block. */
export const FIELD_ACTION = 'value';
/** The stores of a workspace may be many and change while a form is open, so Slack asks for them as people type. */
const ASKED_FIELD = 'loja';

function plain(text: string, limit: number): PlainTextElement {
  return { type: 'plain_text', text: shortened(text, limit), emoji: false };
}

/** A form as a modal. */
export function formView(
  message: Message,
  form: Form,
  options: { translate: Translate; metadata: string; problem?: string },
): ModalView {
  const { translate, metadata, problem } = options;
  const before = message.blocks.filter(({ type }) => type !== 'form');
  // A title that Slack has no room for is read below it, in full.
  const title = [form.title, message.title].find((candidate) => candidate && candidate.length <= TITLE_LIMIT);
  const heading = message.title === undefined || message.title === title ? {} : { title: message.title };
  return {
    type: 'modal',
    callback_id: FORM_VIEW,
    private_metadata: metadata,
    title: plain(title ?? translate('slack.form_title'), TITLE_LIMIT),
    submit: plain(form.submitLabel, TITLE_LIMIT),
    close: plain(translate('slack.close'), TITLE_LIMIT),
    blocks: [
      ...(problem === undefined
        ? renderBlocks({ tone: 'neutral', ...heading, blocks: before }, { translate })
        : [section(plainMrkdwn(`⚠️ ${problem}`))]),
      ...form.fields.map(inputBlock),
    ],
  };
}

/** An answer as a modal. */
export function answerView(message: Message, options: { translate: Translate; metadata: string }): ModalView {
  const { translate, metadata } = options;
  return {
    type: 'modal',
    callback_id: 'answer',
    private_metadata: metadata,
    title: plain(translate('slack.answer_title'), TITLE_LIMIT),
    close: plain(translate('slack.close'), TITLE_LIMIT),
    blocks: fitting(renderBlocks(message, { translate }), translate),
  };
}

/** What a submitted form becomes until there is an answer. */
export function waitingView(translate: Translate): ModalView {
  return {
    type: 'modal',
    callback_id: 'waiting',
    title: plain(translate('slack.answer_title'), TITLE_LIMIT),
    close: plain(translate('slack.close'), TITLE_LIMIT),
    blocks: [section(translate('slack.working'))],
  };
}

/** The app's home, made of several messages. */
export function homeView(messages: readonly Message[], translate: Translate): HomeView {
  const blocks = messages.flatMap((message, index): KnownBlock[] => [
    ...(index === 0 ? [] : [{ type: 'divider' as const }]),
    // The blocks of different messages must not share their names.
    ...renderBlocks(message, { translate }).map((block) =>
      block.type === 'actions' ? { ...block, block_id: `${index}-${block.block_id ?? ''}` } : block,
    ),
  ]);
  return { type: 'home', blocks: fitting(blocks, translate) };
}

function fitting(blocks: KnownBlock[], translate: Translate): KnownBlock[] {
  let size = 0;
  const last = blocks.findIndex((block, index) => {
    size += JSON.stringify(block).length;
    return index >= VIEW_BLOCK_LIMIT - 1 || size > VIEW_CHARACTER_LIMIT;
  });
  const isWhole = last < 0 || (last === blocks.length - 1 && size <= VIEW_CHARACTER_LIMIT);
  return isWhole ? blocks : [...blocks.slice(0, last), section(translate('slack.cut'))];
}

function inputBlock(field: FormField): InputBlock {
  return {
    type: 'input',
    block_id: field.name,
    optional: !field.required,
    label: plain(field.label, LABEL_LIMIT),
    ...(field.hint ? { hint: plain(field.hint, LABEL_LIMIT) } : {}),
    element: inputElement(field),
  };
}

function inputElement(field: FormField): InputBlock['element'] {
  switch (field.kind) {
    case 'text':
      return textInput(field);
    case 'person':
      return { type: 'users_select', action_id: FIELD_ACTION };
    case 'multiselect':
      return manySelect(field);
    case 'select':
      return oneSelect(field);
  }
}

function textInput({ value, maximumLength }: FormField): InputBlock['element'] {
  const limit = Math.min(maximumLength ?? INPUT_LIMIT, INPUT_LIMIT);
  const [first = ''] = [value ?? []].flat();
  return {
    type: 'plain_text_input',
    action_id: FIELD_ACTION,
    max_length: limit,
    ...(first === '' ? {} : { initial_value: first.slice(0, limit) }),
  };
}

function manySelect(field: FormField): InputBlock['element'] {
  const chosen = chosenOptions(field);
  return {
    type: 'multi_static_select',
    action_id: FIELD_ACTION,
    options: (field.choices ?? []).slice(0, OPTIONS_LIMIT).map(optionOf),
    ...(chosen.length > 0 ? { initial_options: chosen } : {}),
  };
}

function oneSelect(field: FormField): InputBlock['element'] {
  const choices = field.choices ?? [];
  const [first] = chosenOptions(field);
  const initial = first ? { initial_option: first } : {};
  return field.name === ASKED_FIELD || choices.length > OPTIONS_LIMIT
    ? { type: 'external_select', action_id: FIELD_ACTION, min_query_length: 0, ...initial }
    : { type: 'static_select', action_id: FIELD_ACTION, options: choices.map(optionOf), ...initial };
}

function chosenOptions({ choices = [], value }: FormField): PlainTextOption[] {
  const values = [value ?? []].flat();
  return choices.filter((choice) => values.includes(choice.value)).map(optionOf);
}

/** A choice of a form as Slack's. */
export function optionOf({ value, label }: { value: string; label: string }): PlainTextOption {
  return { text: plain(label, OPTION_TEXT_LIMIT), value };
}
