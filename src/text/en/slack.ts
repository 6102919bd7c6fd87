import type { slack as portuguese } from '../pt-BR/slack.ts';

export const slack: Record<keyof typeof portuguese, string> = {
  'slack.long': 'The answer is long and is in the file.',
  'slack.long_file': 'answer.txt',
  'slack.fill_in': 'Fill in',
  'slack.form_title': 'Fill in',
  'slack.answer_title': 'Sininho',
  'slack.close': 'Close',
  'slack.working': 'One moment…',
  'slack.cut': 'Not everything fits here. Type the command in the channel to see the rest.',
  'slack.required': 'Fill in this field.',
  'slack.file_in_dm': 'The file is in our direct conversation.',
  'slack.file_in_dm_uninvited':
    'I am not in this channel, so the file went to our direct conversation. For the next one to appear here, type /invite @Sininho.',
  'slack.app_description': 'Tells the channel of your Assiny sales, and answers with checklists and reports.',
};
