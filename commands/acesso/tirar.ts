import type { CommandVerb } from '../../src/chat/command.ts';
import { privateText } from '../../src/chat/message.ts';
import { chatOf } from '../../src/chat/surface.ts';
import { chosenPerson, personOption } from '../options/person-option.ts';
import type { CommandServices } from '../services.ts';

export const tirar: CommandVerb<CommandServices> = {
  name: 'tirar',
  description: 'command.acesso.tirar',
  formTitle: 'form.role_take',
  role: 'admin',
  options: [personOption],
  async run(context, options) {
    const { translate, services, workspaceId } = context;
    const person = await chosenPerson(context, options);
    const chat = chatOf(workspaceId);
    const hadRole = await services.access.take(workspaceId, person.id);
    if (person.platformAdmin)
      return privateText('neutral', translate('access.still_admin', { person: person.name, chat }));
    return hadRole
      ? privateText('success', translate('access.taken', { person: person.name }))
      : privateText('neutral', translate('access.had_none', { person: person.name, chat }));
  },
};
