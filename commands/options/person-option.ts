import type { CommandContext, CommandOption, OptionValues } from '../../src/chat/command.ts';
import { chatOf, type Person } from '../../src/chat/surface.ts';
import { ProductError } from '../../src/text/product-error.ts';
import type { CommandServices } from '../services.ts';
import { typedValue } from './typed-value.ts';

/** Somebody of the workspace: chats hand over a mention as `@` and the person's id. */
export const personOption: CommandOption<CommandServices> = {
  name: 'pessoa',
  description: 'option.person',
  required: true,
  takesRest: true,
  kind: 'person',
  example: '@ana',
};

/** @throws ProductError `person_unknown` */
export async function chosenPerson(
  { workspaceId, services }: CommandContext<CommandServices>,
  options: OptionValues,
): Promise<Person> {
  const typed = typedValue(options, personOption.name) ?? '';
  const person = await services.person(workspaceId, typed.replace(/^@/, ''));
  if (!person) throw new ProductError('person_unknown', { person: typed, chat: chatOf(workspaceId) });
  return person;
}
