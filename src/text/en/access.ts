import type { access as portuguese } from '../pt-BR/access.ts';

export const access: Record<keyof typeof portuguese, string> = {
  'command.acesso': 'Who may do what here',
  'command.acesso.ver': 'See who has which role',
  'command.acesso.dar': 'Give somebody a role',
  'command.acesso.tirar': 'Take somebody’s role away',
  'option.person': 'Person',
  'option.role': 'Role: viewer, operator or admin',
  'role.viewer': 'viewer',
  'role.operator': 'operator',
  'role.admin': 'admin',
  'access.title': 'Who may do what',
  'access.own': 'Your role: {role}.',
  'access.caption': 'Roles given',
  'access.person': 'Person',
  'access.role': 'Role',
  'access.given_by': 'Given by',
  'access.rule':
    'Viewers see stores and reports; operators also pause, test and process again; admins do everything. Who administers this {chat, select, discord {server} other {workspace}} is an admin already, and who has no role is a viewer.',
  'access.given': 'Done: {person} is now {role}.',
  'access.still_admin':
    '{person} already administers this {chat, select, discord {server} other {workspace}} and so stays an admin, whatever role is given here.',
  'access.taken': 'Done: {person} has no role any more and can only look.',
  'access.had_none':
    '{person} had no role. Who administers this {chat, select, discord {server} other {workspace}} stays an admin.',
};
