export const errors = {
  'error.unexpected':
    'Algo deu errado por aqui e nada foi perdido. Tente de novo em um minuto; se continuar, veja o log do servidor.',
  'error.command_unknown': 'Não conheço esse comando. Os que existem: {commands}.',
  'error.verb_missing': 'Diga o que fazer: /{command} e uma destas palavras: {verbs}.',
  'error.verb_unknown': '“{verb}” não existe em /{command}. Use uma destas palavras: {verbs}.',
  'error.argument_missing': 'Falta preencher: {names}. Preencha abaixo ou digite {example}',
  'error.argument_repeated': 'A opção “{option}” apareceu duas vezes. Deixe só uma.',
  'error.argument_unexpected': 'Não entendi “{argument}”. Confira o comando; nomes com espaço podem ir entre aspas.',
  'error.not_allowed':
    'Você não tem permissão para {command}. Peça a um administrador o papel {role, select, viewer {de leitura} operator {de operador} other {de administrador}}.',
  'error.channel_unreachable':
    'Não consigo postar em #{channel}. Convide o Sininho para o canal ou escolha outro com /alertas canal.',
} as const;
