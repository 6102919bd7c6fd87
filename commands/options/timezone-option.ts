import type { CommandOption } from '../../src/chat/command.ts';
import type { CommandServices } from '../services.ts';

/** Brazil's time zones from most to fewest people, and the one of the Portuguese-speaking sellers in Europe. */
const OFFERED_TIMEZONES = [
  'America/Sao_Paulo',
  'America/Bahia',
  'America/Fortaleza',
  'America/Recife',
  'America/Belem',
  'America/Manaus',
  'America/Cuiaba',
  'America/Campo_Grande',
  'America/Porto_Velho',
  'America/Rio_Branco',
  'America/Noronha',
  'Europe/Lisbon',
];

export const timezoneOption: CommandOption<CommandServices> = {
  name: 'fuso',
  description: 'option.timezone',
  required: false,
  complete: async () => OFFERED_TIMEZONES.map((name) => ({ value: name, label: name })),
};
