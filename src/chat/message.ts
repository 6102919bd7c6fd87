/** Colour and icon of a message; adapters never convey it by colour alone. */
export type Tone = 'neutral' | 'success' | 'attention' | 'danger';

export type BadgeStatus = 'ok' | 'attention' | 'blocked' | 'waiting';

export interface Badge {
  status: BadgeStatus;
  label: string;
  /** What was seen. */
  detail?: string;
  /** What to do about it; absent when there is nothing to do. */
  remedy?: string;
}

export interface Field {
  label: string;
  value: string;
}

export interface TableColumn {
  label: string;
  /** Numbers are aligned right. */
  align: 'left' | 'right';
  /** Draws what another column says, such as bars: nothing for who has the table read out. */
  isPicture?: true;
}

/** A button comes back as a command, typed by the person who pressed it. */
export interface Button {
  label: string;
  /** A command line as a person would type it: `/loja ver loja:"Curso de Violão"`. */
  command: string;
  style: 'primary' | 'secondary' | 'danger';
}

export interface FormField {
  /** The command option that the field fills. */
  name: string;
  label: string;
  /** `person`: somebody of the workspace, chosen with the chat's own picker where it has one; the value is their id. */
  kind: 'text' | 'select' | 'multiselect' | 'person';
  required: boolean;
  hint?: string;
  value?: string | string[];
  /** For selects. */
  choices?: { value: string; label: string }[];
  maximumLength?: number;
}

export type Block =
  | { type: 'paragraph'; text: string }
  | { type: 'fields'; fields: Field[] }
  | { type: 'table'; caption: string; columns: TableColumn[]; rows: string[][] }
  | { type: 'badges'; badges: Badge[] }
  /** A value to copy, such as a webhook URL. */
  | { type: 'copy'; label: string; value: string }
  | { type: 'image'; contentType: string; base64: string; alternative: string }
  | { type: 'file'; name: string; contentType: string; base64: string }
  | { type: 'buttons'; buttons: Button[] }
  /**
   * A submitted form comes back as `command` with the fields as its options. `command` is a command line without these options: `/loja criar`.
   * `title` names it where it opens as a window, in at most 24 characters.
   */
  | { type: 'form'; title?: string; command: string; fields: FormField[]; submitLabel: string };

/** What the product says in chat, free of any platform's types. Text is plain: adapters escape it. */
export interface Message {
  title?: string;
  tone: Tone;
  blocks: Block[];
}

/** The answer to a command. Private answers are seen by the asker alone. */
export interface Reply extends Message {
  visibility: 'private' | 'public';
}

/** More buttons than this are no longer a choice. */
export const MAXIMUM_CHOICE_BUTTONS = 5;

/** A message of one or more paragraphs. */
export function textMessage(tone: Tone, ...paragraphs: string[]): Message {
  return { tone, blocks: paragraphs.map((text) => ({ type: 'paragraph', text })) };
}

/** An answer of one or more paragraphs for the whole channel. */
export function publicText(tone: Tone, ...paragraphs: string[]): Reply {
  return { ...textMessage(tone, ...paragraphs), visibility: 'public' };
}

/** A private answer of one or more paragraphs. */
export function privateText(tone: Tone, ...paragraphs: string[]): Reply {
  return { ...textMessage(tone, ...paragraphs), visibility: 'private' };
}
