export const discord = {
  'discord.fill_in': 'Fill in',
  'discord.fill_in_more': 'More options',
  'discord.in_file': 'The answer does not fit into a message: all of it is in the attached file.',
  'discord.servers_only': 'Commands work in the channels of a server. Open a channel of your server and type there.',
  'discord.too_late':
    '{user}: Discord did not bring me your command in time, and it was not done. Please type it again.',
  'discord.answer_too_late':
    '{user}: the answer to your command took longer than Discord waits. See whether it had an effect and, if needed, type it again.',
  'discord.press_forgotten': 'This message is too old for its button to work. Type the command again.',
  'discord.form_again': 'Sininho has restarted since then. Open the form again from here.',
} as const;
