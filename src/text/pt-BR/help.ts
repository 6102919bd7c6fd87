export const help = {
  'command.ajuda': 'O que dá para fazer por aqui',
  'option.command': 'Comando, para ver em detalhe',
  'button.create': 'Criar a primeira loja',
  'help.welcome': 'Olá! Vamos ligar sua primeira loja',
  'help.title': 'O que dá para fazer por aqui',
  'help.first_steps':
    'São três passos: crie a loja com /loja criar, cole a URL que aparece no webhook da Assiny e confira tudo com /checklist.',
  'help.ask_an_admin': 'Ainda não há loja. Peça a um administrador para criar a primeira com /loja criar.',
  'help.more': 'Para ver um comando em detalhe, digite por exemplo /ajuda comando:relatorio.',
  'help.other_role': '{role, select, operator {Operadores} other {Administradores}} também usam {commands}.',
  'help.ask_for_role': 'Para ter outro papel, peça a um administrador.',
  'help.how_to_type':
    'O que está entre colchetes é opcional.{chat, select, discord {} other { Dá para dizer qual opção é qual com o nome dela, como em loja:"Curso de Violão".}}',
} as const;
