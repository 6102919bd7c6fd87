export const alerts = {
  'alert.product': 'Produto',
  'alert.buyer': 'Comprador',
  'alert.method': 'Pagamento',
  'alert.source': 'Origem',
  'alert.store': 'Loja',
  'alert.event': 'Evento',
  'alert.count': 'Quantos',
  'alert.amount': 'Valor',
  'alert.gathered': '{count, plural, one {# aviso} other {# avisos}} no último minuto',
  'alert.gathered_caption': 'Reunidos em uma mensagem para não encher o canal',
  'alert.channel_lost':
    'Não consigo mais postar em {channel}. Para os avisos dele voltarem, {remedy}, ou escolha outro canal com /alertas canal. Os das últimas 24 horas saem assim que o canal voltar a receber algum.',
} as const;
