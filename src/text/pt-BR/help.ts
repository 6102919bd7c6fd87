export const help = {
  'command.ajuda': 'O que dá para fazer por aqui',
  'option.command': 'Comando, para ver em detalhe',
  'button.create': 'Criar a primeira loja',
  'help.welcome': 'Olá! Vamos ligar sua primeira loja',
  'help.title': 'O que dá para fazer por aqui',
  'help.first_steps':
    'São três passos: crie a loja com /loja criar Nome da loja, cole a URL que aparece no webhook da Assiny e confira tudo com /checklist.',
  'help.ask_an_admin': 'Ainda não há loja. Peça a um administrador para criar a primeira com /loja criar Nome da loja.',
  'help.more': 'Para ver um comando em detalhe, digite por exemplo /ajuda relatorio.',
  'help.how_to_type':
    'O que está entre colchetes é opcional. Dá para dizer qual opção é qual com o nome dela, como em loja:"Curso de Violão".',
} as const;
