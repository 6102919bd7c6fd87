import type { CommandVerb } from '../../src/chat/command.ts';
import { privateText } from '../../src/chat/message.ts';
import { chatOf } from '../../src/chat/surface.ts';
import { chosenPerson, personOption } from '../options/person-option.ts';
import type { CommandServices } from '../services.ts';
import { chosenRole, roleOption } from './role-option.ts';

export const dar: CommandVerb<CommandServices> = {
  name: 'dar',
  description: 'command.acesso.dar',
  formTitle: 'form.role_give',
  role: 'admin',
  options: [personOption, roleOption],
  async run(context, options) {
    const { translate, services, workspaceId, user } = context;
    const role = chosenRole(options);
    const person = await chosenPerson(context, options);
    // Nothing is kept that would have no effect.
    if (person.platformAdmin && role !== 'admin') {
      const values = { person: person.name, chat: chatOf(workspaceId) };
      return privateText('attention', translate('access.still_admin', values));
    }
    await services.access.give(workspaceId, person, role, user.name);
    return privateText('success', translate('access.given', { person: person.name, role: translate(`role.${role}`) }));
  },
};
