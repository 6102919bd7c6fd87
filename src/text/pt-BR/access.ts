export const access = {
  'command.acesso': 'Quem pode fazer o quê por aqui',
  'command.acesso.ver': 'Ver quem tem qual papel',
  'command.acesso.dar': 'Dar um papel a alguém',
  'command.acesso.tirar': 'Tirar o papel de alguém',
  'option.person': 'Pessoa',
  'option.role': 'Papel: leitor, operador ou admin',
  'role.viewer': 'leitor',
  'role.operator': 'operador',
  'role.admin': 'admin',
  'access.title': 'Quem pode fazer o quê',
  'access.own': 'Seu papel: {role}.',
  'access.caption': 'Papéis dados',
  'access.person': 'Pessoa',
  'access.role': 'Papel',
  'access.given_by': 'Dado por',
  'access.rule':
    'Leitores veem lojas e relatórios; operadores também pausam, testam e reprocessam; admins fazem tudo. Quem administra {chat, select, discord {este servidor} other {este espaço de trabalho}} já é admin, e quem não tem papel é leitor.',
  'access.given': 'Pronto: {person} agora é {role}.',
  'access.still_admin':
    '{person} já administra {chat, select, discord {este servidor} other {este espaço de trabalho}} e por isso continua admin, qualquer que seja o papel dado aqui.',
  'access.taken': 'Pronto: {person} não tem mais papel e só pode ver.',
  'access.had_none':
    '{person} já não tinha papel. Quem administra {chat, select, discord {este servidor} other {este espaço de trabalho}} continua admin.',
} as const;
