import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInMessageActionRow,
  type APIEmbed,
  type APIEmbedField,
  ButtonStyle,
  ComponentType,
  type RawFile,
} from 'discord.js';
import { chunk } from 'es-toolkit';
import { type Locale, type Translate, translator } from '../../text/text.ts';
import type { Badge, BadgeStatus, Block, Button, Field, FormField, Message, Tone } from '../message.ts';
import { encodeCustomId, fitsCustomId } from './custom-id.ts';
import { codeBlock, escapeMarkdown, shorten, splitText } from './discord-text.ts';
import { inEnglish } from './english-lines.ts';
import { actionKey, type KeptAction, type KeptForm } from './kept-action.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { formPages, isSelectable, renderSelect } from './render-form.ts';
import { renderTable } from './render-table.ts';

type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

/** One Discord message. */
export interface DiscordMessage {
  embeds: APIEmbed[];
  components: Row[];
  attachments: { id: string; filename: string; description?: string }[];
  files: RawFile[];
}

export interface RenderedMessage {
  /** In the order in which they are to be posted; at least one. */
  messages: DiscordMessage[];
  /** What has to be kept before the components can be pressed. */
  kept: KeptAction[];
}

/** More messages than this are not an answer any more: it becomes a file. */
const MAXIMUM_MESSAGES = 4;
/** A text may grow to twice its length when it is escaped. */
const PART_LENGTH = 1_900;
const SHORT_FIELD = 40;

const COLORS: Readonly<Record<Tone, number>> = {
  neutral: 0x5865f2,
  success: 0x2e7d32,
  attention: 0xf9a825,
  danger: 0xc62828,
};
/** A tone is never told by colour alone. */
const TONE_ICONS: Readonly<Record<Tone, string>> = { neutral: '', success: '✅ ', attention: '⚠️ ', danger: '⛔ ' };
const BADGE_ICONS: Readonly<Record<BadgeStatus, string>> = { ok: '✅', attention: '⚠️', blocked: '⛔', waiting: '⏳' };
const BUTTON_STYLES: Readonly<Record<Button['style'], APIButtonComponentWithCustomId['style']>> = {
  primary: ButtonStyle.Primary,
  secondary: ButtonStyle.Secondary,
  danger: ButtonStyle.Danger,
};

type Part = { text: string } | { field: APIEmbedField } | { image: string };

/** A message of ours as Discord messages: embeds, buttons, lists, attachments. Long ones are split, very long ones become a file. */
export function renderMessage(said: Message, locale: Locale): RenderedMessage {
  const translate = translator(locale);
  const message = locale === 'en' ? inEnglish(said) : said;
  const images = message.blocks.filter((block) => block.type === 'image');
  const kept: KeptAction[] = [];
  const embeds = packEmbeds(
    message,
    message.blocks.flatMap((block) => renderBlock(block, images)),
  );
  const pictures = images.map(imageFile);
  const files: NamedFile[] = message.blocks.filter((block) => block.type === 'file').map(attachedFile);
  const rows = renderRows(message, translate, kept);
  let messages = packMessages(embeds);
  if (messages.length > MAXIMUM_MESSAGES) {
    messages = [[shortEmbed(message, translate)]];
    files.unshift({ file: textFile(message) }, ...pictures);
  }
  const last = messages.length - 1;
  return {
    messages: messages.map((embedsOfMessage, index) => ({
      embeds: embedsOfMessage,
      components: index === last ? rows : [],
      ...attachments([...shownIn(embedsOfMessage, pictures), ...(index === last ? files : [])]),
    })),
    kept,
  };
}

function renderBlock(block: Block, images: readonly Block[]): Part[] {
  switch (block.type) {
    case 'paragraph':
      return splitText(block.text, PART_LENGTH).map((text) => ({ text: escapeMarkdown(text) }));
    case 'fields':
      return block.fields.flatMap(renderFieldOf);
    case 'table':
      return renderTable(block).map((text) => ({ text }));
    case 'badges':
      return block.badges.flatMap(renderBadge);
    case 'copy':
      return splitText(block.value, PART_LENGTH).map((value, index) => ({
        text: `${index === 0 ? `**${escapeMarkdown(block.label)}**\n` : ''}${codeBlock(value)}`,
      }));
    case 'image':
      return [{ image: `attachment://${imageName(images.indexOf(block), block)}` }];
    default:
      return [];
  }
}

function renderFieldOf({ label, value }: Field): Part[] {
  const text = escapeMarkdown(value === '' ? '–' : value);
  const name = escapeMarkdown(shorten(label === '' ? '–' : label, DISCORD_LIMITS.fieldName / 2));
  if (text.length <= DISCORD_LIMITS.fieldValue) {
    return [{ field: { name, value: text, inline: value.length <= SHORT_FIELD && !value.includes('\n') } }];
  }
  return splitText(value, PART_LENGTH).map((part, index) => ({
    text: `${index === 0 ? `**${name}**\n` : ''}${escapeMarkdown(part)}`,
  }));
}

function renderBadge({ status, label, detail, remedy }: Badge): Part[] {
  const plain = [detail ?? '', remedy ? `→ ${remedy}` : ''].filter((line) => line !== '').join('\n');
  const [first = '', ...more] = splitText(plain, PART_LENGTH);
  const head = `${BADGE_ICONS[status]} **${escapeMarkdown(shorten(label, PART_LENGTH / 10))}**`;
  return [
    { text: first === '' ? head : `${head}\n${escapeMarkdown(first)}` },
    ...more.map((part) => ({ text: escapeMarkdown(part) })),
  ];
}

function titleOf({ title, tone }: Message): string | undefined {
  if (title === undefined) return undefined;
  return escapeMarkdown(shorten(`${TONE_ICONS[tone]}${title}`, DISCORD_LIMITS.embedTitle / 2));
}

/** Puts parts below each other; a text after fields or after a picture begins an embed of its own, so that the order stays. */
function packEmbeds(message: Message, parts: readonly Part[]): APIEmbed[] {
  const color = COLORS[message.tone];
  const title = titleOf(message);
  let embed: APIEmbed = title === undefined ? { color } : { color, title };
  const embeds = [embed];
  for (const part of withToneIcon(message, parts)) {
    if (!fits(embed, part)) {
      embed = { color };
      embeds.push(embed);
    }
    add(embed, part);
  }
  const shown = embeds.filter((candidate) => embedLength(candidate) > 0 || candidate.image);
  return shown.length > 0 ? shown : [{ color, description: '–' }];
}

/** The icon of a message without a title stands before its first text. */
function withToneIcon({ title, tone }: Message, parts: readonly Part[]): Part[] {
  const [first, ...others] = parts;
  if (title !== undefined || first === undefined || !('text' in first)) return [...parts];
  return [{ text: `${TONE_ICONS[tone]}${first.text}` }, ...others];
}

function fits(embed: APIEmbed, part: Part): boolean {
  if (embed.image) return false;
  if ('image' in part) return true;
  if ('field' in part) {
    const { name, value } = part.field;
    return (
      (embed.fields?.length ?? 0) < DISCORD_LIMITS.embedFields &&
      embedLength(embed) + name.length + value.length <= DISCORD_LIMITS.embedTotal
    );
  }
  if (embed.fields) return false;
  return joined(embed.description, part.text).length <= DISCORD_LIMITS.embedDescription;
}

function add(embed: APIEmbed, part: Part): void {
  if ('image' in part) embed.image = { url: part.image };
  else if ('field' in part) embed.fields = [...(embed.fields ?? []), part.field];
  else embed.description = joined(embed.description, part.text);
}

function joined(before: string | undefined, text: string): string {
  return before === undefined ? text : `${before}\n\n${text}`;
}

/** What Discord counts of an embed towards the 6,000 of its message. */
export function embedLength({ title = '', description = '', fields = [], footer, author }: APIEmbed): number {
  const named = (footer?.text.length ?? 0) + (author?.name.length ?? 0);
  return fields.reduce(
    (sum, { name, value }) => sum + name.length + value.length,
    title.length + description.length + named,
  );
}

function packMessages(embeds: readonly APIEmbed[]): APIEmbed[][] {
  const messages: APIEmbed[][] = [];
  let total = 0;
  for (const embed of embeds) {
    const current = messages.at(-1);
    const length = embedLength(embed);
    if (current && current.length < DISCORD_LIMITS.embedsInMessage && total + length <= DISCORD_LIMITS.embedTotal) {
      current.push(embed);
      total += length;
    } else {
      messages.push([embed]);
      total = length;
    }
  }
  return messages;
}

function shortEmbed(message: Message, translate: Translate): APIEmbed {
  const title = titleOf(message);
  return {
    color: COLORS[message.tone],
    ...(title === undefined ? {} : { title }),
    description: translate('discord.in_file'),
  };
}

interface NamedFile {
  file: RawFile;
  description?: string;
}

function imageName(index: number, { contentType }: { contentType: string }): string {
  return `imagem-${index + 1}.${/\/(\w+)/.exec(contentType)?.[1] ?? 'png'}`;
}

function imageFile(image: Extract<Block, { type: 'image' }>, index: number): NamedFile {
  return {
    file: {
      name: imageName(index, image),
      data: Buffer.from(image.base64, 'base64'),
      contentType: image.contentType,
    },
    description: shorten(image.alternative, DISCORD_LIMITS.attachmentDescription),
  };
}

function attachedFile({ name, base64, contentType }: Extract<Block, { type: 'file' }>): NamedFile {
  return { file: { name, data: Buffer.from(base64, 'base64'), contentType } };
}

/** A picture goes with the message that shows it. */
function shownIn(embeds: readonly APIEmbed[], pictures: readonly NamedFile[]): NamedFile[] {
  const shown = new Set(embeds.map(({ image }) => image?.url));
  return pictures.filter(({ file }) => shown.has(`attachment://${file.name}`));
}

function attachments(files: readonly NamedFile[]): Pick<DiscordMessage, 'attachments' | 'files'> {
  const named = files.slice(0, DISCORD_LIMITS.attachments);
  return {
    attachments: named.map(({ file, description }, index) => ({
      id: String(index),
      filename: file.name,
      ...(description ? { description } : {}),
    })),
    files: named.map(({ file }) => file),
  };
}

function textFile(message: Message): RawFile {
  const text = [message.title ?? '', ...message.blocks.map(plainBlock)].filter((part) => part !== '').join('\n\n');
  return { name: 'resposta.txt', data: Buffer.from(`${text}\n`), contentType: 'text/plain; charset=utf-8' };
}

function plainBlock(block: Block): string {
  switch (block.type) {
    case 'paragraph':
      return block.text;
    case 'fields':
      return block.fields.map(({ label, value }) => `${label}: ${value}`).join('\n');
    case 'table':
      return [
        block.caption,
        block.columns.map(({ label }) => label).join('\t'),
        ...block.rows.map((row) => row.join('\t')),
      ].join('\n');
    case 'badges':
      return block.badges
        .map(({ status, label, detail, remedy }) =>
          [`${BADGE_ICONS[status]} ${label}`, detail, remedy ? `→ ${remedy}` : undefined].filter(Boolean).join('\n'),
        )
        .join('\n');
    case 'copy':
      return `${block.label}: ${block.value}`;
    default:
      return '';
  }
}

/** Buttons, lists and the buttons that open forms, at most five rows. */
function renderRows(message: Message, translate: Translate, kept: KeptAction[]): Row[] {
  const selects: Row[] = [];
  const buttons: APIButtonComponentWithCustomId[] = [];
  for (const block of message.blocks) {
    if (block.type === 'buttons') {
      for (const button of block.buttons) buttons.push(renderButton(button, buttons.length, kept));
    }
    if (block.type === 'form') {
      const title = formTitle(message, block);
      const form: KeptForm = { type: 'form', title, command: block.command, fields: block.fields };
      kept.push(form);
      const [field] = block.fields;
      if (field && block.fields.length === 1 && isSelectable(field)) selects.push(selectRow(field, form));
      else buttons.push(...openingButtons(form, block.title, translate));
    }
  }
  const rows = chunk(buttons, DISCORD_LIMITS.buttonsInRow).map(
    (components): Row => ({ type: ComponentType.ActionRow, components }),
  );
  return [...selects, ...rows].slice(0, DISCORD_LIMITS.rows);
}

/** The message's own title says more; where it is too long for a window, the form has a shorter one. */
function formTitle({ title }: Message, form: Extract<Block, { type: 'form' }>): string {
  const isShort = title !== undefined && title.length <= DISCORD_LIMITS.modalTitle;
  return isShort ? title : (form.title ?? title ?? form.submitLabel);
}

function renderButton(button: Button, index: number, kept: KeptAction[]): APIButtonComponentWithCustomId {
  const line = button.command;
  const action: KeptAction = { type: 'line', line };
  const fitting = fitsCustomId(line, index);
  if (!fitting) kept.push(action);
  return {
    type: ComponentType.Button,
    style: BUTTON_STYLES[button.style],
    label: shorten(button.label, DISCORD_LIMITS.buttonLabel),
    custom_id: encodeCustomId(fitting ? action : { type: 'keptLine', key: actionKey(action) }, index),
  };
}

function selectRow(field: FormField, form: KeptForm): Row {
  const { required: _, ...select } = renderSelect(field, encodeCustomId({ type: 'choose', key: actionKey(form) }));
  return { type: ComponentType.ActionRow, components: [select] };
}

function openingButtons(
  form: KeptForm,
  title: string | undefined,
  translate: Translate,
): APIButtonComponentWithCustomId[] {
  return formPages(form.fields).map((_fields, page) => ({
    type: ComponentType.Button,
    style: page === 0 ? ButtonStyle.Primary : ButtonStyle.Secondary,
    label:
      page === 0
        ? shorten(title ?? translate('discord.fill_in'), DISCORD_LIMITS.buttonLabel)
        : translate('discord.fill_in_more'),
    custom_id: encodeCustomId({ type: 'openForm', key: actionKey(form), page }),
  }));
}
