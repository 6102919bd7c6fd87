import { DISCORD_LIMITS } from './limits.ts';

/** What a component or a modal comes back with. */
export type CustomId =
  /** Runs a command line that fits into the id. */
  | { type: 'line'; line: string }
  /** Runs a command line that is kept. */
  | { type: 'keptLine'; key: string }
  /** Opens a page of a kept form. */
  | { type: 'openForm'; key: string; page: number }
  /** Chooses the one field of a kept form. */
  | { type: 'choose'; key: string }
  /** Submits a page of a kept form. */
  | { type: 'submitForm'; key: string; page: number };

const LETTERS = { line: 'c', keptLine: 'k', openForm: 'f', choose: 's', submitForm: 'm' } as const;

/** @param index tells components of one message apart that do the same */
export function encodeCustomId(id: CustomId, index = 0): string {
  const place = 'page' in id ? id.page : index;
  return `${LETTERS[id.type]}${place}:${id.type === 'line' ? id.line : id.key}`;
}

/** Whether a command line fits into an id as it is. */
export function fitsCustomId(line: string, index: number): boolean {
  return encodeCustomId({ type: 'line', line }, index).length <= DISCORD_LIMITS.customId;
}

/** Null for an id that we did not make. */
export function decodeCustomId(customId: string): CustomId | null {
  const match = /^([ckfsm])(\d+):([\s\S]+)$/.exec(customId);
  const [, letter, place, rest = ''] = match ?? [];
  const page = Number(place);
  switch (letter) {
    case 'c':
      return { type: 'line', line: rest };
    case 'k':
      return { type: 'keptLine', key: rest };
    case 'f':
      return { type: 'openForm', key: rest, page };
    case 's':
      return { type: 'choose', key: rest };
    case 'm':
      return { type: 'submitForm', key: rest, page };
    default:
      return null;
  }
}
