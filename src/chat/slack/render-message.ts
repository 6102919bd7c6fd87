import type { ActionsBlock, KnownBlock, Button as SlackButton } from '@slack/types';
import { chunk } from 'es-toolkit';
import type { Translate } from '../../text/text.ts';
import type { BadgeStatus, Block, Button, Field, Message, Tone } from '../message.ts';
import { plainText } from './plain-text.ts';
import { tableTexts } from './render-table.ts';
import { bold, codeBlock, escapeText, plainMrkdwn, renderedPieces, section, shortened } from './slack-text.ts';

/** Limits of https://docs.slack.dev/reference/block-kit/blocks; the last one is undocumented (slackapi/bolt-js#2509). */
export const MESSAGE_BLOCK_LIMIT = 50;
export const MESSAGE_CHARACTER_LIMIT = 13_000;
const HEADER_LIMIT = 150;
const FIELD_LIMIT = 2_000;
const FIELDS_LIMIT = 10;
const BUTTONS_LIMIT = 25;
const BUTTON_TEXT_LIMIT = 75;
const BUTTON_VALUE_LIMIT = 2_000;
/** Notifications show no more than the beginning. */
const FALLBACK_LIMIT = 3_000;
/** More messages than this are read better as a file. */
const MAXIMUM_MESSAGES = 4;

/** A button that runs the command line which is its value. */
export const COMMAND_ACTION = /^command:\d+$/;
/** A button that opens the form to which the command line that is its value leads. */
export const FORM_ACTION = 'form';

const TONE_ICONS: Readonly<Record<Tone, string>> = { neutral: '', success: '✅', attention: '⚠️', danger: '🚨' };
const BADGE_ICONS: Readonly<Record<BadgeStatus, string>> = { ok: '✅', attention: '⚠️', blocked: '⛔', waiting: '⏳' };

export interface RenderedMessage {
  /** For notifications and screen readers. */
  text: string;
  blocks: KnownBlock[];
}

export interface SlackFile {
  name: string;
  content: Buffer;
  /** For those who cannot see a picture. */
  alternative?: string;
}

export interface Rendered {
  /** In order; each within Slack's limits. Never empty. */
  messages: RenderedMessage[];
  files: SlackFile[];
}

export interface RenderOptions {
  translate: Translate;
  /** The command line that leads to the message's form; without it a form is left out. */
  formLine?: string;
}

/** Our message as Slack messages within its limits. What would take too many of them becomes a file. */
export function renderMessage(message: Message, options: RenderOptions): Rendered {
  const files = message.blocks.flatMap(fileOf);
  const messages = packed(renderBlocks(message, options), shortened(escapeText(plainText(message)), FALLBACK_LIMIT));
  if (messages.length <= MAXIMUM_MESSAGES) return { messages, files };
  const { translate } = options;
  const buttons = message.blocks.filter(({ type }) => type === 'buttons' || type === 'form');
  const summary = { ...message, blocks: [{ type: 'paragraph' as const, text: translate('slack.long') }, ...buttons] };
  const file = { name: translate('slack.long_file'), content: Buffer.from(plainText(message), 'utf8') };
  return { messages: renderMessage(summary, options).messages, files: [file, ...files] };
}

/** A message's blocks, however many. */
export function renderBlocks(message: Message, options: RenderOptions): KnownBlock[] {
  const icon = TONE_ICONS[message.tone];
  const [first, ...others] = message.blocks;
  // A message without a title says its tone in its first line.
  const isLed = message.title === undefined && first?.type === 'paragraph' && icon !== '';
  const blocks: Block[] = isLed ? [{ ...first, text: `${icon} ${first.text}` }, ...others] : message.blocks;
  return [...titleBlocks(message.title, icon), ...blocks.flatMap((block, index) => blocksOf(block, index, options))];
}

function titleBlocks(title: string | undefined, icon: string): KnownBlock[] {
  if (title === undefined) return [];
  const text = `${icon} ${title}`.trim();
  return text.length <= HEADER_LIMIT
    ? [{ type: 'header', text: { type: 'plain_text', text, emoji: false } }]
    : renderedPieces(text, bold).map(section);
}

function blocksOf(block: Block, index: number, { translate, formLine }: RenderOptions): KnownBlock[] {
  switch (block.type) {
    case 'paragraph':
      return block.text.trim() === '' ? [] : renderedPieces(block.text, plainMrkdwn).map(section);
    case 'fields':
      return fieldBlocks(block.fields);
    case 'table':
      return tableTexts(block).map(section);
    case 'badges':
      return block.badges.flatMap(({ status, label, detail, remedy }) => {
        const text = [`${BADGE_ICONS[status]} ${label}`, detail, remedy && `→ ${remedy}`].filter(Boolean).join('\n');
        return renderedPieces(text, plainMrkdwn).map(section);
      });
    case 'copy':
      return [section(bold(block.label)), ...renderedPieces(block.value, codeBlock).map(section)];
    case 'buttons':
      return buttonBlocks(block.buttons, index);
    case 'form':
      return formLine === undefined || formLine.length > BUTTON_VALUE_LIMIT
        ? []
        : [actions(`form-${index}`, [openFormButton(formLine, block.title ?? translate('slack.fill_in'))])];
    case 'image':
    case 'file':
      return [];
  }
}

/** Two columns; a value that is too long for these gets sections of its own. */
function fieldBlocks(fields: readonly Field[]): KnownBlock[] {
  const texts = fields.map(({ label, value }) => `${bold(label)}\n${plainMrkdwn(value)}`);
  if (texts.some((text) => text.length > FIELD_LIMIT)) {
    return fields.flatMap(({ label, value }) =>
      [section(bold(shortened(label, FIELD_LIMIT / 2))), ...renderedPieces(value, plainMrkdwn).map(section)].filter(
        ({ text }) => text?.text !== '',
      ),
    );
  }
  return chunk(texts, FIELDS_LIMIT).map((some) => ({
    type: 'section',
    fields: some.map((text) => ({ type: 'mrkdwn', text, verbatim: true })),
  }));
}

function buttonBlocks(buttons: readonly Button[], index: number): KnownBlock[] {
  const pressable = buttons.filter(({ command }) => command.length <= BUTTON_VALUE_LIMIT);
  return chunk(pressable, BUTTONS_LIMIT).map((some, part) =>
    actions(
      `buttons-${index}-${part}`,
      some.map(({ label, command, style }, position) => ({
        type: 'button',
        action_id: `command:${position}`,
        text: { type: 'plain_text', text: shortened(label, BUTTON_TEXT_LIMIT), emoji: false },
        value: command,
        ...(style === 'secondary' ? {} : { style }),
      })),
    ),
  );
}

function openFormButton(line: string, label: string): SlackButton {
  return {
    type: 'button',
    action_id: FORM_ACTION,
    text: { type: 'plain_text', text: shortened(label, BUTTON_TEXT_LIMIT), emoji: false },
    value: line,
    style: 'primary',
  };
}

function actions(blockId: string, elements: SlackButton[]): ActionsBlock {
  return { type: 'actions', block_id: blockId, elements };
}

function fileOf(block: Block): SlackFile[] {
  if (block.type === 'file') return [{ name: block.name, content: Buffer.from(block.base64, 'base64') }];
  if (block.type !== 'image') return [];
  const extension = block.contentType.split('/')[1] ?? 'png';
  return [
    { name: `sininho.${extension}`, content: Buffer.from(block.base64, 'base64'), alternative: block.alternative },
  ];
}

/** Fills one message after the other. The first one carries the text for notifications. */
function packed(blocks: readonly KnownBlock[], text: string): RenderedMessage[] {
  const messages: RenderedMessage[] = [];
  let current: KnownBlock[] = [];
  let size = 0;
  const finish = () => messages.push({ text: messages.length === 0 ? text : '…', blocks: current });
  for (const block of blocks) {
    const length = JSON.stringify(block).length;
    if (current.length > 0 && (current.length === MESSAGE_BLOCK_LIMIT || size + length > MESSAGE_CHARACTER_LIMIT)) {
      finish();
      current = [];
      size = 0;
    }
    current.push(block);
    size += length;
  }
  finish();
  return messages;
}
