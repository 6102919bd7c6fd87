import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandOption, OptionValues } from '../../src/chat/command.ts';
import { ROLES, type Role } from '../../src/chat/permissions.ts';
import { ProductError } from '../../src/text/product-error.ts';
import { typedValue } from '../options/typed-value.ts';
import type { CommandServices } from '../services.ts';

/** The word to type for each role. */
const WORDS: Readonly<Record<Role, string>> = { viewer: 'leitor', operator: 'operador', admin: 'admin' };
const OFFERED_WORDS = ROLES.map((role) => WORDS[role]);

export const roleOption: CommandOption<CommandServices> = {
  name: 'papel',
  description: 'option.role',
  required: true,
  requiredAmongSeveral: 'role_unknown',
  // What follows a mention is meant as a role, even when it is none: `@bia rei`.
  countTrailingWords: (words) =>
    roleNamed(words.at(-1) ?? '') || (words.length > 1 && words[0]?.startsWith('@')) ? 1 : 0,
  example: 'operador',
  complete: async () => OFFERED_WORDS.map((word) => ({ value: word, label: word })),
};

/** @throws ProductError `role_unknown` */
export function chosenRole(options: OptionValues): Role {
  const typed = typedValue(options, roleOption.name) ?? '';
  const role = roleNamed(typed);
  if (!role) throw new ProductError('role_unknown', { role: typed, roles: OFFERED_WORDS.join(', ') });
  return role;
}

/** In Portuguese in either gender, or in English: `administradora`, `operator`. */
function roleNamed(typed: string): Role | undefined {
  const word = foldCase(typed).replace(/(dor)a$/, '$1');
  return ROLES.find((role) => word === role || word === WORDS[role] || (role === 'admin' && word === 'administrador'));
}
