import type { ErrorCode } from '../text/product-error.ts';
import type { Locale, TextKey, Translate } from '../text/text.ts';
import type { Reply } from './message.ts';
import type { Role } from './permissions.ts';
import type { Channel } from './surface.ts';

export interface CommandUser {
  id: string;
  name: string;
  role: Role;
}

/** Where a command was typed, and by whom. */
export interface CommandOrigin {
  workspaceId: string;
  /** Null when it did not come from a channel (the admin API, a direct message). */
  channel: Channel | null;
  user: CommandUser;
  locale: Locale;
}

/** All that a command may know: who asks, from where, and the services it may use. */
export interface CommandContext<Services> extends CommandOrigin {
  translate: Translate;
  services: Services;
  now: Date;
}

export interface Suggestion {
  value: string;
  label: string;
}

export interface CommandOption<Services> {
  /** As people type it: `loja:"Curso de Violão"`. Lower case, no accents. */
  name: string;
  description: TextKey;
  required: boolean;
  /** The least role that may give it a value, where that is more than the verb's. */
  role?: Role;
  /**
   * May be left out only while there is no more than one value to choose from. Otherwise a form asks for it, and `run` refuses with
   * this code; the answer then offers the values.
   */
  requiredAmongSeveral?: ErrorCode;
  /** Takes the words that belong to no other option, so that names need no quotes. At most one option of a verb. */
  takesRest?: true;
  /** May be typed without its name beside the option that takes the rest, where it is clear where that one ends: `"Pix gerado" "Oi!"`. */
  takesBeside?: true;
  /** Whether a text is a value of this option, where that can be told without asking anybody. */
  recognises?(text: string): boolean;
  /** How many of the last words make a value of this option, when it may be typed without its name (periods, channels, flags). */
  countTrailingWords?(words: readonly string[]): number;
  /** What a chat can offer a picker for; the value is then the id that the chat gave. */
  kind?: 'person';
  /** Text that a form shows before anything is typed. */
  example?: string;
  maximumLength?: number;
  /** Values to offer; what is typed is checked by `run` all the same. */
  complete?(context: CommandContext<Services>): Promise<Suggestion[]>;
}

export type OptionValues = Readonly<Partial<Record<string, string>>>;

export interface CommandVerb<Services> {
  /** The first word after the command. Lower case, no accents. */
  name: string;
  description: TextKey;
  /** What the form that asks for its required options is called: at most 24 characters. */
  formTitle?: TextKey;
  /** The least role that may run it. */
  role: Role;
  options: readonly CommandOption<Services>[];
  /** @throws ProductError with a sentence for the person who asked */
  run(context: CommandContext<Services>, options: OptionValues): Promise<Reply>;
}

/** One slash command: what a person can type, free of any chat platform's types. */
export interface Command<Services> {
  /** Without the slash. */
  name: string;
  description: TextKey;
  verbs: readonly CommandVerb<Services>[];
  /** The verb that is meant when the first word is none: `/checklist Curso de Violão`. */
  defaultVerb?: string;
}
