export const watchdogs = {
  'button.connection': 'Ver conexão',
  'watch.disconnected': '“{instance}” está desconectada',
  'watch.qr_code': 'O WhatsApp pede para ler o QR code de novo. Um administrador o vê em /instancia ver.',
  'watch.disconnected_meaning':
    '{waiting, plural, =0 {Nada espera na fila dela.} one {# mensagem espera na fila dela.} other {# mensagens esperam na fila dela.}} Confiro a conexão a cada poucos minutos e aviso quando voltar.',
  'watch.connected': '“{instance}” voltou a se conectar',
  'watch.connected_meaning':
    '{waiting, plural, =0 {Nada ficou parado na fila.} one {# mensagem da fila segue agora.} other {# mensagens da fila seguem agora.}}',
  'watch.queue_slow': 'A fila de “{instance}” não termina hoje',
  'watch.queue_ends_at':
    '{waiting, plural, one {# mensagem na fila é mais} other {# mensagens na fila são mais}} do que ela envia em um dia. A última sairia em {at}.',
  'watch.queue_never_ends':
    '{waiting, plural, one {# mensagem na fila é mais} other {# mensagens na fila são mais}} do que ela envia em um ano.',
  'watch.queue_remedy':
    'Aumente o limite ou o horário com /instancia editar, ou vincule outra instância. O que passa do limite de dias da loja na fila não é mais enviado.',
  'watch.queue_fits': 'A fila de “{instance}” voltou a caber no dia',
  'watch.queue_fits_meaning':
    '{waiting, plural, =0 {Nada mais espera.} one {# mensagem espera e sai ainda hoje.} other {# mensagens esperam e saem ainda hoje.}}',
  'watch.sends_failing': 'Muitos envios de “{instance}” estão falhando',
  'watch.sends_hour':
    'Na última hora: {finished, plural, =0 {nenhum envio} one {# envio} other {# envios}}, {failed, plural, =0 {nenhuma falha} one {# falha} other {# falhas}}.',
  'watch.reasons': 'Por motivo',
  'watch.sends_well': 'Os envios de “{instance}” voltaram ao normal',
} as const;
