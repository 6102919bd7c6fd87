import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandOption, OptionValues } from '../../src/chat/command.ts';
import { ProductError } from '../../src/text/product-error.ts';
import type { TextKey } from '../../src/text/text.ts';
import type { CommandServices } from '../services.ts';
import { typedValue } from './typed-value.ts';

const YES: ReadonlySet<string> = new Set(['sim', 's', 'yes', 'y', 'true', '1']);
const NO: ReadonlySet<string> = new Set(['nao', 'n', 'no', 'false', '0']);

/**
 * An option that is answered with sim or não.
 * @param bareWord a word that means sim when it stands last on the line: `/checklist detalhado`
 */
export function yesNoOption(name: string, description: TextKey, bareWord?: string): CommandOption<CommandServices> {
  return {
    name,
    description,
    required: false,
    ...(bareWord === undefined
      ? {}
      : { countTrailingWords: (words: readonly string[]) => (foldCase(words.at(-1) ?? '') === bareWord ? 1 : 0) }),
    complete: async () => [
      { value: 'sim', label: 'sim' },
      { value: 'não', label: 'não' },
    ],
  };
}

/**
 * What was answered; undefined when nothing was.
 * @throws ProductError `yes_no_unknown`
 */
export function yesOrNo(options: OptionValues, name: string): boolean | undefined {
  const typed = typedValue(options, name);
  if (typed === undefined) return undefined;
  const answer = foldCase(typed);
  if (YES.has(answer) || answer === name) return true;
  if (NO.has(answer)) return false;
  throw new ProductError('yes_no_unknown', { option: name, answer: typed });
}
