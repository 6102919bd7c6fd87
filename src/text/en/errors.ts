import type { errors as portuguese } from '../pt-BR/errors.ts';

export const errors: Record<keyof typeof portuguese, string> = {
  'error.unexpected':
    'Something went wrong here and nothing was lost. Try again in a minute; if it goes on, see the server log.',
  'error.command_unknown': 'I do not know that command. There are: {commands}.',
  'error.verb_missing': 'Say what to do: /{command} and one of these words: {verbs}.',
  'error.verb_unknown': '“{verb}” is not part of /{command}. Use one of these words: {verbs}.',
  'error.argument_missing': 'Fill in below what is missing or type {example}',
  'error.argument_repeated': 'The option “{option}” was given twice. Leave only one.',
  'error.argument_unexpected':
    'I did not understand “{argument}”. {count, plural, =0 {This command has no options: type it alone.} other {The options of this command are: {options}. Names with spaces may be put in quotes.}}',
  'error.not_allowed':
    'You may not use {command}. Ask an admin for the role {role, select, viewer {viewer} operator {operator} other {admin}}.',
  'error.channel_unreachable':
    'I cannot post to #{channel}. Invite Sininho to the channel or choose another with /alertas canal.',
  'error.store_none': 'There is no store here yet. Create the first one with /loja criar',
  'error.store_which': 'There are several stores. Choose one or add loja: and one of these names: {names}.',
  'error.store_unknown': 'I cannot find that store. See the ones there are with /loja listar.',
  'error.store_unknown_named': 'I cannot find the store “{name}”. There are: {names}.',
  'error.store_name_empty': 'A store needs a name. Type, for example, /loja criar nome:"Guitar Course"',
  'error.store_name_long': 'The name has {length, number} characters and the limit is {maximum}. Use a shorter one.',
  'error.store_name_taken':
    'There is a store with that name already. Choose another or see the stores with /loja listar.',
  'error.platform_unknown': 'I do not know the platform “{platform}”. Use one of: {platforms}.',
  'error.timezone_unknown': '“{timezone}” is not a time zone. Use one such as America/Sao_Paulo or America/Manaus.',
  'error.currency_unknown': '“{currency}” is not a currency. Use the three-letter code, such as BRL or USD.',
  'error.text_empty': 'The text is empty. Write the message after texto:',
  'error.text_long': 'The text has {length, number} characters and the most is {maximum, number}. Make it shorter.',
  'error.text_tag_unclosed': 'A tag is not closed near “{place}”. Close it with the double braces or with its end tag.',
  'error.text_tag_unsupported': '“{tag}” cannot be used in a text. Use only variables and blocks.',
  'error.text_variable_unknown': 'There is no variable “{name}” in this notification. Those that exist: {names}.',
  'error.notification_unknown': 'There is no notification “{name}”. Those that exist: {names}.',
  'error.delay_unknown': '“{delay}” is not a delay. Use up to 30 days, for example 30s, 15min, 2h or 1d 09:00.',
  'error.step_unknown': 'There is no step “{step}”. Use a number from 1 to {last}.',
  'error.product_unknown':
    'I cannot find the product “{product}” in this store’s events. {count, plural, =0 {None has come yet: wait for the first event.} other {There are: {names}.}}',
  'error.product_text_first':
    'A product has one text of its own, in the first step. Leave etapa: and imagem: out and write one text.',
  'error.text_variants': 'These are too many texts. Use up to {maximum}, with a line of --- between them.',
  'error.image_unknown':
    '“{address}” is not the address of a picture. Use one that begins with https://, or imagem:nenhuma to take it away.',
  'error.template_name':
    '“{name}” is not the name of a template. Copy it from the WhatsApp Manager: small letters, digits and _.',
  'error.template_language': '“{language}” is not the language of a template. Use Meta’s code, such as pt_BR or en_US.',
  'error.template_which': 'Say which template. Write its name after modelo:',
  'error.template_not_found':
    'The account of the instance “{instance}” has no template {name} in {language}. {count, plural, =0 {Check its name in the WhatsApp Manager.} other {It exists in: {languages}.}}',
  'error.template_not_approved':
    'The template {name} is not approved at Meta (it is {status}). Wait for its approval or choose another.',
  'error.template_too_much':
    "The template {name} {surplus, select, header {has a header with a video, document or variable, which Sininho does not fill in. Make a copy at Meta without a header, with a picture or with fixed text} button {has a button whose link ends in a variable, which Sininho does not fill in. Make a copy at Meta with a fixed link} other {has named variables, and Sininho fills in numbered ones. Make a copy at Meta with '{{1}}', '{{2}}' in place of the names}} and choose it with /notificacoes modelo.",
  'error.template_parameter_count':
    'The template {name} asks for {asked, plural, =0 {no variables} one {# variable} other {# variables}} and you gave {given}. List them after variaveis:, in order.',
  'error.template_image':
    'The template {name} {asks, select, yes {has a picture in its header. Give its address after imagem:} other {has no picture in its header. Take it away with imagem:nenhuma}}.',
  'error.product_template_first': 'A product’s own template is for the first step. Leave etapa: out.',
  'error.instance_not_linked': 'The store “{store}” has no instance. Link one with /instancia vincular.',
  'error.message_unknown':
    'There is no uncertain message with the code {id}. See those that exist with /instancia fila.',
  'error.message_elsewhere':
    'That message is not of “{instance}”, so nothing changed. Use the button that comes with it in /instancia fila.',
  'error.message_settled':
    'Somebody has already decided that this message {decision, select, sent {was sent} other {is to be sent again}}, so nothing changed.',
  'error.phone_unknown': '“{phone}” is not a phone number. Type it with its area code, for example 11 90000-0001.',
  'error.provider_unknown': 'There is no provider “{provider}”. Use one of these: {providers}.',
  'error.instance_none': 'There is no instance yet. Create the first with /instancia criar Name of the instance',
  'error.instance_which': 'There are several instances. Choose one or add instancia: and one of these names: {names}.',
  'error.instance_unknown': 'There is no such instance. See those that exist with /instancia listar.',
  'error.instance_unknown_named': 'There is no instance “{name}”. Those that exist: {names}.',
  'error.instance_name_empty': 'The instance needs a name. Type, for example, /instancia criar Support',
  'error.instance_name_long': 'The name has {length, number} characters and the most is {maximum}. Use a shorter one.',
  'error.instance_name_taken': 'There is an instance of that name already. Choose another.',
  'error.instance_interval':
    'The interval is too short for this provider. Use at least {seconds, plural, one {1 second} other {# seconds}}.',
  'error.instance_credentials':
    'The access data of {provider} are not right: {fields}. Copy them again from the provider’s panel.',
  'error.message_decision_unknown':
    'I do not know the decision “{value}”. Use decisao:enviada if the message arrived, or decisao:reenviar to send it again.',
  'error.interval_unknown': '“{value}” is not an interval. Use 0 to 1 hour, for example 20s, 5min or 1h.',
  'error.daily_limit_unknown':
    '“{value}” is not a daily limit. Use a number from 1 to 1000000, or nenhum, for example limite:200.',
  'error.hours_unknown':
    '“{value}” are not working hours. Use days and times, for example “seg-sex 08:00-18:00”, “22:00-06:00” or sempre.',
  'error.period_unknown':
    'I did not understand the period “{period}”. Use hoje, ontem, 7d, 30d, mes or two dates, such as 2026-11-01 to 2026-11-24.',
  'error.day_unknown':
    'There is no day {day} in the calendar. Check the date and type year-month-day, such as 2026-11-24.',
  'error.period_future':
    'The day {day} has not come yet. Use dates up to today; if it is of another year, type the year too.',
  'error.report_unknown':
    '“{typed}” is neither a store nor a period. Stores: {names}. Periods: hoje, ontem, 7d, 30d, mes or two dates, such as 2026-11-01 to 2026-11-24.',
  'error.period_reversed': 'The first date is after the second. Swap them.',
  'error.period_long': 'The period is longer than {maximum} days. Choose a shorter one.',
  'error.cursor_unknown': 'There is no such cursor. Start again without one.',
  'error.delivery_several': '{count} deliveries came at {moment}. Choose one from the list of /eventos listar.',
  'error.delivery_unknown': 'I cannot find delivery {id}. See the latest with /eventos listar.',
  'error.channel_unknown':
    'I cannot find the channel “{channel}”. {count, plural, =0 {There is none yet that I may post to: invite Sininho to one.} other {The channels I may post to are: {channels}.}}',
  'error.channel_closed': 'I may not post to {channel} yet. For that, {remedy}. Then try again.',
  'error.channel_not_text':
    '{channel} is not a text channel, and I only post in those. Choose one of them with /alertas canal.',
  'error.channel_none': 'There is no channel yet that I may post to. For that, {remedy}. Then try again.',
  'error.slack_scope_missing':
    'The Slack app lacks the scope {scope}. Whoever looks after the app adds it under OAuth & Permissions › Bot Token Scopes and reinstalls it; then try again.',
  'error.person_unknown':
    'I did not find “{person}” in this {chat, select, discord {server} other {workspace}}. Mention the person with @.',
  'error.role_unknown': '“{role}” is not a role. Use one of these: {roles}.',
  'error.key_missing':
    'This needs a key. Send the header Authorization: Bearer KEY, with the admin key that the server printed at its first start.',
  'error.key_wrong': 'That key is not valid. Check the admin key in ADMIN_API_KEY or in the data directory.',
  'error.workspace_invalid':
    'The header Sininho-Workspace names no workspace. Use up to 100 letters, digits and the characters : _ . -',
  'error.route_unknown': 'There is nothing at this address. See /api/v1/openapi.json for what there is.',
  'error.method_not_allowed': 'This address does not take {method}. Use one of: {methods}.',
  'error.body_not_json': 'The body is not JSON. Send one JSON object.',
  'error.body_too_large': 'The body is larger than {maximum} kB. Send less.',
  'error.content_type': 'Send the body as JSON, with the header Content-Type: application/json.',
  'error.body_invalid': 'The body cannot be taken as it is. Mend what “errors” lists and send it again.',
  'error.query_invalid': 'The query cannot be taken as it is. Mend what “errors” lists and ask again.',
  'error.database_unavailable':
    'The database does not answer. Try again in a minute; if it goes on, check MONGODB_URI and the server log.',
  'error.yes_no_unknown': 'I did not understand “{answer}”. Type {option}:sim or {option}:não.',
  'error.queue_days_unknown': 'The queue cannot be “{days}”. Use 1 to 30 days, for example fila:2.',
  'error.secret_header_unreadable':
    'I did not understand the header. Type cabecalho:"name: value", for example cabecalho:"x-assiny-token: your-secret", or cabecalho:nenhum to take it away.',
  'error.alert_channel_missing': 'The store “{store}” has no channel yet. Choose one with /alertas canal',
  'error.alert_channel_closed': 'I cannot post to {channel}. For that, {remedy}.',
  'error.alert_kind_unknown':
    'I do not know the event “{kind}”. Use “todos”, “padrão”, “nenhum” or names separated by commas: {kinds}.',
  'error.amount_unknown': '“{amount}” is not an amount. Type, for example, 97 or 1.234,56; 0 takes the minimum away.',
  'error.format_unknown': 'I cannot make the report as “{format}”. Type formato:csv, or nothing to see it here.',
  'error.outcome_unknown': 'I do not know the outcome “{outcome}”. Use one of: {outcomes}.',
  'error.replay_what':
    'Say what to process again: the code of a delivery, as shown by /eventos listar, or todos:invalidos, todos:desconhecidos or todos:falhas.',
  'error.replay_group_unknown': 'I cannot process all “{group}” again. Use {groups}.',
};
