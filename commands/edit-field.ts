import type { CommandContext, CommandOption } from '../src/chat/command.ts';
import type { FormField } from '../src/chat/message.ts';
import type { CommandServices } from './services.ts';

/** A field with what is set now; a choice where the option has values to offer, which what is set now is always among. */
export async function editField(
  context: CommandContext<CommandServices>,
  option: CommandOption<CommandServices>,
  value: string | undefined,
): Promise<FormField> {
  const { translate } = context;
  const offered = (await option.complete?.(context)) ?? [];
  const isOffered = value === undefined || offered.some((choice) => choice.value === value);
  const choices = isOffered ? offered : [{ value, label: value }, ...offered];
  return {
    name: option.name,
    label: translate(option.description),
    kind: offered.length > 0 ? 'select' : 'text',
    required: false,
    ...(option.example ? { hint: translate('form.example', { example: option.example }) } : {}),
    ...(value === undefined ? {} : { value }),
    ...(offered.length > 0 ? { choices } : {}),
    ...(option.maximumLength ? { maximumLength: option.maximumLength } : {}),
  };
}
