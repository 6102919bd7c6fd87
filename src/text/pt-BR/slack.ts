export const slack = {
  'slack.long': 'A resposta é longa e está no arquivo.',
  'slack.long_file': 'resposta.txt',
  'slack.fill_in': 'Preencher',
  'slack.form_title': 'Preencha',
  'slack.answer_title': 'Sininho',
  'slack.close': 'Fechar',
  'slack.working': 'Um instante…',
  'slack.cut': 'Não coube tudo aqui. Digite o comando no canal para ver o resto.',
  'slack.required': 'Preencha este campo.',
  'slack.file_in_dm': 'O arquivo está na nossa conversa direta.',
  'slack.file_in_dm_uninvited':
    'Não estou neste canal, então o arquivo foi para a nossa conversa direta. Para o próximo aparecer aqui, digite /invite @Sininho.',
  'slack.app_description': 'Avisa das vendas da Assiny no canal e responde com checklists e relatórios.',
} as const;
