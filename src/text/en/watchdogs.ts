import type { watchdogs as portuguese } from '../pt-BR/watchdogs.ts';

export const watchdogs: Record<keyof typeof portuguese, string> = {
  'button.connection': 'View connection',
  'watch.disconnected': '“{instance}” is disconnected',
  'watch.qr_code': 'WhatsApp asks for its QR code to be scanned again. An admin finds it with /instancia ver.',
  'watch.disconnected_meaning':
    '{waiting, plural, =0 {Nothing waits in its queue.} one {# message waits in its queue.} other {# messages wait in its queue.}} I look again every few minutes and will say when it is back.',
  'watch.connected': '“{instance}” is connected again',
  'watch.connected_meaning':
    '{waiting, plural, =0 {Nothing was held up in the queue.} one {# message of the queue goes on now.} other {# messages of the queue go on now.}}',
  'watch.queue_slow': 'The queue of “{instance}” will not end today',
  'watch.queue_ends_at':
    '{waiting, plural, one {# message in the queue is more} other {# messages in the queue are more}} than it sends in a day. The last one would leave at {at}.',
  'watch.queue_never_ends':
    '{waiting, plural, one {# message in the queue is more} other {# messages in the queue are more}} than it sends in a year.',
  'watch.queue_remedy':
    'Raise the limit or the hours with /instancia editar, or link another instance. What waits longer than the store’s limit of days is no longer sent.',
  'watch.queue_fits': 'The queue of “{instance}” fits into the day again',
  'watch.queue_fits_meaning':
    '{waiting, plural, =0 {Nothing waits any more.} one {# message waits and leaves today.} other {# messages wait and leave today.}}',
  'watch.sends_failing': 'Many sends of “{instance}” fail',
  'watch.sends_hour':
    'In the last hour: {finished, plural, =0 {no sends} one {# send} other {# sends}}, {failed, plural, =0 {no failures} one {# failure} other {# failures}}.',
  'watch.reasons': 'By reason',
  'watch.sends_well': 'The sends of “{instance}” are back to normal',
};
