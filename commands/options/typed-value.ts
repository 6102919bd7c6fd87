import type { OptionValues } from '../../src/chat/command.ts';

/** What was given for an option, trimmed; undefined when that is nothing, as in a form field that was left empty. */
export function typedValue(options: OptionValues, name: string): string | undefined {
  return options[name]?.trim() || undefined;
}
