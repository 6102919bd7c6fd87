export const digest = {
  'digest.daily_title': '{store} · resumo de {day}',
  'digest.orders': 'Vendas',
  'digest.gross': 'Receita',
  'digest.ticket': 'Ticket médio',
  'digest.refunds': 'Reembolsos',
  'digest.chargebacks': 'Chargebacks',
  'digest.daily_deliveries': '{total, plural, one {# recebimento} other {# recebimentos}}: {parts}.',
  'digest.daily_no_deliveries': 'Nenhum recebimento neste dia.',
  'digest.daily_messages': '{total, plural, one {# mensagem a comprador} other {# mensagens a compradores}}',
  'digest.messages_not_sent': 'Por que não saíram',
} as const;
