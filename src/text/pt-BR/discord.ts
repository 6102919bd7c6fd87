export const discord = {
  'discord.fill_in': 'Preencher',
  'discord.fill_in_more': 'Mais opções',
  'discord.in_file': 'A resposta não cabe em uma mensagem: ela está inteira no arquivo anexo.',
  'discord.servers_only': 'Os comandos funcionam nos canais de um servidor. Abra um canal do seu servidor e digite lá.',
  'discord.too_late':
    '{user}: o Discord não me entregou o seu comando a tempo, e ele não foi feito. Digite de novo, por favor.',
  'discord.answer_too_late':
    '{user}: a resposta ao seu comando demorou mais do que o Discord espera. Confira se ele teve efeito e, se precisar, digite de novo.',
  'discord.press_forgotten': 'Esta mensagem é antiga demais para o botão funcionar. Digite o comando de novo.',
  'discord.form_again': 'O Sininho reiniciou desde então. Abra o formulário de novo por aqui.',
} as const;
