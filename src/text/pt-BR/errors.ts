export const errors = {
  'error.unexpected':
    'Algo deu errado por aqui e nada foi perdido. Tente de novo em um minuto; se continuar, veja o log do servidor.',
  'error.command_unknown': 'Não conheço esse comando. Os que existem: {commands}.',
  'error.verb_missing': 'Diga o que fazer: /{command} e uma destas palavras: {verbs}.',
  'error.verb_unknown': '“{verb}” não existe em /{command}. Use uma destas palavras: {verbs}.',
  'error.argument_missing': 'Preencha abaixo o que falta ou digite {example}',
  'error.argument_repeated': 'A opção “{option}” apareceu duas vezes. Deixe só uma.',
  'error.argument_unexpected':
    'Não entendi “{argument}”. {count, plural, =0 {Este comando não tem opções: digite só o comando.} other {As opções deste comando são: {options}. Nomes com espaço podem ir entre aspas.}}',
  'error.not_allowed':
    'Você não tem permissão para {command}. Peça a um admin o papel de {role, select, viewer {leitor} operator {operador} other {admin}}.',
  'error.channel_unreachable':
    'Não consigo postar em #{channel}. Convide o Sininho para o canal ou escolha outro com /alertas canal.',
  'error.store_none': 'Ainda não há nenhuma loja aqui. Crie a primeira com /loja criar',
  'error.store_which': 'Há mais de uma loja. Escolha uma ou acrescente loja: e um destes nomes: {names}.',
  'error.store_unknown': 'Não encontrei essa loja. Veja as que existem com /loja listar.',
  'error.store_unknown_named': 'Não encontrei a loja “{name}”. As que existem: {names}.',
  'error.store_name_empty': 'A loja precisa de um nome. Digite, por exemplo, /loja criar nome:"Curso de Violão"',
  'error.store_name_long': 'O nome tem {length, number} caracteres e o máximo é {maximum}. Use um nome mais curto.',
  'error.store_name_taken': 'Já existe uma loja com esse nome. Escolha outro ou veja as lojas com /loja listar.',
  'error.platform_unknown': 'Não conheço a plataforma “{platform}”. Use uma destas: {platforms}.',
  'error.timezone_unknown': '“{timezone}” não é um fuso horário. Use um como America/Sao_Paulo ou America/Manaus.',
  'error.currency_unknown': '“{currency}” não é uma moeda. Use o código de três letras, como BRL ou USD.',
  'error.text_empty': 'O texto está vazio. Escreva a mensagem depois de texto:',
  'error.text_long': 'O texto tem {length, number} caracteres e o máximo é {maximum, number}. Encurte-o.',
  'error.text_tag_unclosed':
    'Há uma marca sem fechar perto de “{place}”. Feche com as chaves duplas ou com a marca de fim.',
  'error.text_tag_unsupported': 'Não dá para usar “{tag}” em um texto. Use só variáveis e blocos.',
  'error.text_variable_unknown': 'Não existe a variável “{name}” nesta notificação. As que existem: {names}.',
  'error.notification_unknown': 'Não conheço a notificação “{name}”. As que existem: {names}.',
  'error.delay_unknown': 'Não entendi “{delay}”. Use até 30 dias, por exemplo 30s, 15min, 2h ou 1d 09:00.',
  'error.step_unknown': 'Não existe a etapa “{step}”. Use um número de 1 a {last}.',
  'error.product_unknown':
    'Não encontrei o produto “{product}” nos eventos desta loja. {count, plural, =0 {Ainda não chegou nenhum: espere o primeiro evento.} other {Os que existem: {names}.}}',
  'error.product_text_first':
    'Um produto tem um só texto próprio, na primeira etapa. Deixe etapa: e imagem: de fora e escreva um texto.',
  'error.text_variants': 'São textos demais. Use até {maximum}, separados por uma linha com ---.',
  'error.image_unknown':
    '“{address}” não é o endereço de uma imagem. Use um que comece com https://, ou imagem:nenhuma para tirar.',
  'error.template_name':
    '“{name}” não é nome de modelo. Copie-o do Gerenciador do WhatsApp: letras minúsculas, números e _.',
  'error.template_language': '“{language}” não é um idioma de modelo. Use o código da Meta, como pt_BR ou en_US.',
  'error.template_which': 'Falta dizer o modelo. Escreva o nome dele em modelo:',
  'error.template_not_found':
    'A conta da instância “{instance}” não tem o modelo {name} em {language}. {count, plural, =0 {Confira o nome no Gerenciador do WhatsApp.} other {Ele existe em: {languages}.}}',
  'error.template_not_approved':
    'O modelo {name} não está aprovado na Meta (está como {status}). Espere a aprovação ou escolha outro.',
  'error.template_too_much':
    "O modelo {name} {surplus, select, header {tem um cabeçalho com vídeo, documento ou variável, que o Sininho não preenche. Crie na Meta uma cópia sem cabeçalho, com uma imagem ou com texto fixo} button {tem um botão cujo link termina em variável, que o Sininho não preenche. Crie na Meta uma cópia com o link fixo} other {tem variáveis com nome, e o Sininho preenche as numeradas. Crie na Meta uma cópia com '{{1}}', '{{2}}' no lugar dos nomes}} e escolha-a com /notificacoes modelo.",
  'error.template_parameter_count':
    'O modelo {name} pede {asked, plural, =0 {nenhuma variável} one {# variável} other {# variáveis}} e você deu {given}. Liste-as em variaveis:, na ordem.',
  'error.template_image':
    'O modelo {name} {asks, select, yes {tem uma imagem no cabeçalho. Dê o endereço dela em imagem:} other {não tem imagem no cabeçalho. Tire-a com imagem:nenhuma}}.',
  'error.product_template_first': 'O modelo próprio de um produto vale para a primeira etapa. Deixe etapa: de fora.',
  'error.instance_not_linked': 'A loja “{store}” não tem instância. Vincule uma com /instancia vincular.',
  'error.message_unknown':
    'Não encontrei uma mensagem incerta com o código {id}. Veja as que existem com /instancia fila.',
  'error.message_elsewhere':
    'Essa mensagem não é de “{instance}”, então nada mudou. Use o botão que vem com ela em /instancia fila.',
  'error.message_settled':
    'Alguém já decidiu que essa mensagem {decision, select, sent {foi enviada} other {seria enviada de novo}}, então nada mudou.',
  'error.phone_unknown': '“{phone}” não é um telefone. Digite com DDD, por exemplo 11 90000-0001.',
  'error.provider_unknown': 'Não conheço o tipo “{provider}”. Use um destes: {providers}.',
  'error.instance_none': 'Ainda não há nenhuma instância. Crie a primeira com /instancia criar Nome da instância',
  'error.instance_which': 'Há mais de uma instância. Escolha uma ou acrescente instancia: e um destes nomes: {names}.',
  'error.instance_unknown': 'Não encontrei essa instância. Veja as que existem com /instancia listar.',
  'error.instance_unknown_named': 'Não encontrei a instância “{name}”. As que existem: {names}.',
  'error.instance_name_empty': 'A instância precisa de um nome. Digite, por exemplo, /instancia criar Atendimento',
  'error.instance_name_long': 'O nome tem {length, number} caracteres e o máximo é {maximum}. Use um nome mais curto.',
  'error.instance_name_taken': 'Já existe uma instância com esse nome. Escolha outro.',
  'error.instance_interval':
    'O intervalo é curto demais para esse tipo. Use pelo menos {seconds, plural, one {1 segundo} other {# segundos}}.',
  'error.instance_credentials':
    'Os dados de acesso de {provider} não estão certos: {fields}. Copie de novo do painel do provedor.',
  'error.message_decision_unknown':
    'Não conheço a decisão “{value}”. Use decisao:enviada se a mensagem chegou, ou decisao:reenviar para enviar de novo.',
  'error.interval_unknown': 'Não entendi o intervalo “{value}”. Use de 0 a 1 hora, por exemplo 20s, 5min ou 1h.',
  'error.daily_limit_unknown':
    'Não entendi o limite “{value}”. Use um número de 1 a 1.000.000, sem pontos, ou nenhum, por exemplo limite:200.',
  'error.hours_unknown':
    'Não entendi o horário “{value}”. Use dias e horas, por exemplo “seg-sex 08:00-18:00”, “22:00-06:00” ou sempre.',
  'error.period_unknown':
    'Não entendi o período “{period}”. Use hoje, ontem, 7d, 30d, mes ou duas datas, como 01/11/2026 a 24/11/2026.',
  'error.day_unknown': 'O dia {day} não existe no calendário. Confira a data e digite dia/mês/ano, como 24/11/2026.',
  'error.period_future': 'O dia {day} ainda não chegou. Use datas até hoje; se for de outro ano, digite o ano também.',
  'error.report_unknown':
    '“{typed}” não é uma loja nem um período. Lojas: {names}. Períodos: hoje, ontem, 7d, 30d, mes ou duas datas, como 01/11/2026 a 24/11/2026.',
  'error.period_reversed': 'A primeira data vem depois da segunda. Inverta as duas.',
  'error.period_long': 'O período passa de {maximum} dias. Escolha um mais curto.',
  'error.cursor_unknown': 'Esse cursor não existe. Comece de novo sem cursor.',
  'error.delivery_several': 'Em {moment} chegaram {count} recebimentos. Escolha um na lista de /eventos listar.',
  'error.delivery_unknown': 'Não encontrei o recebimento {id}. Veja os últimos com /eventos listar.',
  'error.channel_unknown':
    'Não encontrei o canal “{channel}”. {count, plural, =0 {Ainda não posso postar em nenhum: convide o Sininho para um.} other {Os canais em que posso postar: {channels}.}}',
  'error.channel_closed': 'Ainda não posso postar em {channel}. Para isso, {remedy}. Depois, tente de novo.',
  'error.channel_not_text':
    '{channel} não é um canal de texto, e eu só posto nesses. Escolha um deles com /alertas canal.',
  'error.channel_none': 'Ainda não posso postar em nenhum canal. Para isso, {remedy}. Depois, tente de novo.',
  'error.slack_scope_missing':
    'Falta ao app do Slack a permissão {scope}. Quem cuida do app acrescenta em OAuth & Permissions › Bot Token Scopes e reinstala; depois, tente de novo.',
  'error.person_unknown':
    'Não encontrei “{person}” {chat, select, discord {neste servidor} other {neste espaço de trabalho}}. Mencione a pessoa com @.',
  'error.role_unknown': '“{role}” não é um papel. Use um destes: {roles}.',
  'error.key_missing':
    'Falta a chave. Envie o cabeçalho Authorization: Bearer CHAVE, com a chave de administração que o servidor mostrou ao iniciar pela primeira vez.',
  'error.key_wrong': 'Essa chave não vale. Confira a chave de administração em ADMIN_API_KEY ou na pasta de dados.',
  'error.workspace_invalid':
    'O cabeçalho Sininho-Workspace não nomeia um espaço de trabalho. Use até 100 letras, dígitos e os sinais : _ . -',
  'error.route_unknown': 'Não há nada neste endereço. Veja em /api/v1/openapi.json o que existe.',
  'error.method_not_allowed': 'Este endereço não aceita {method}. Use: {methods}.',
  'error.body_not_json': 'O corpo não é JSON. Envie um objeto JSON.',
  'error.body_too_large': 'O corpo passa de {maximum} kB. Envie menos.',
  'error.content_type': 'Envie o corpo como JSON, com o cabeçalho Content-Type: application/json.',
  'error.body_invalid': 'O corpo não pode ser aceito como está. Corrija o que “errors” lista e envie de novo.',
  'error.query_invalid': 'A consulta não pode ser aceita como está. Corrija o que “errors” lista e tente de novo.',
  'error.database_unavailable':
    'O banco de dados não responde. Tente de novo em um minuto; se continuar, confira MONGODB_URI e o log do servidor.',
  'error.yes_no_unknown': 'Não entendi “{answer}”. Digite {option}:sim ou {option}:não.',
  'error.queue_days_unknown': 'A fila não pode ser “{days}”. Use de 1 a 30 dias, por exemplo fila:2.',
  'error.secret_header_unreadable':
    'Não entendi o cabeçalho. Digite cabecalho:"nome: valor", por exemplo cabecalho:"x-assiny-token: seu-segredo", ou cabecalho:nenhum para tirar.',
  'error.alert_channel_missing': 'A loja “{store}” ainda não tem canal. Escolha um com /alertas canal',
  'error.alert_channel_closed': 'Não consigo postar em {channel}. Para isso, {remedy}.',
  'error.alert_kind_unknown':
    'Não conheço o evento “{kind}”. Use “todos”, “padrão”, “nenhum” ou nomes separados por vírgula: {kinds}.',
  'error.amount_unknown': '“{amount}” não é um valor. Digite, por exemplo, 97 ou 1.234,56; 0 tira o mínimo.',
  'error.format_unknown': 'Não sei fazer o relatório em “{format}”. Digite formato:csv, ou nada para ver aqui.',
  'error.outcome_unknown': 'Não conheço o resultado “{outcome}”. Use um destes: {outcomes}.',
  'error.replay_what':
    'Diga o que reprocessar: o código de um recebimento, como aparece em /eventos listar, ou todos:invalidos, todos:desconhecidos ou todos:falhas.',
  'error.replay_group_unknown': 'Não sei reprocessar todos os “{group}”. Use {groups}.',
} as const;
