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
  'error.store_none': 'Ainda não há nenhuma loja aqui. Crie a primeira com /loja criar Nome da loja',
  'error.store_which': 'Diga de qual loja: {names}.',
  'error.store_unknown': 'Não encontrei essa loja. Veja as que existem com /loja listar.',
  'error.store_unknown_named': 'Não encontrei a loja “{name}”. As que existem: {names}.',
  'error.store_name_empty': 'A loja precisa de um nome. Digite, por exemplo, /loja criar Curso de Violão',
  'error.store_name_long': 'O nome tem {length} caracteres e o máximo é {maximum}. Use um nome mais curto.',
  'error.store_name_taken': 'Já existe uma loja com esse nome. Escolha outro ou veja as lojas com /loja listar.',
  'error.platform_unknown': 'Não conheço a plataforma “{platform}”. Use uma destas: {platforms}.',
  'error.timezone_unknown': '“{timezone}” não é um fuso horário. Use um como America/Sao_Paulo ou America/Manaus.',
  'error.currency_unknown': '“{currency}” não é uma moeda. Use o código de três letras, como BRL ou USD.',
  'error.period_unknown':
    'Não entendi o período “{period}”. Use hoje, ontem, 7d, 30d, mes ou duas datas, como 01/11/2026 24/11/2026.',
  'error.period_reversed': 'A primeira data vem depois da segunda. Inverta as duas.',
  'error.period_long': 'O período passa de {maximum} dias. Escolha um mais curto.',
  'error.cursor_unknown': 'Esse cursor não existe. Comece de novo sem cursor.',
  'error.delivery_unknown': 'Não encontrei o recebimento {id}. Veja os últimos com /eventos listar.',
} as const;
