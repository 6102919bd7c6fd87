import type { Connection } from 'mongoose';
import { type Logger, pino } from 'pino';
import { commands } from '../../commands/index.ts';
import { createCommandDispatcher } from '../../src/chat/dispatcher.ts';
import { createHandledInteractions } from '../../src/chat/handled-interactions.ts';
import type { Channel, ChannelPost, ChatSurface } from '../../src/chat/surface.ts';
import { createSecretBox } from '../../src/database/secret-box.ts';
import { createServices, type Duties, type Services } from '../../src/services.ts';

/** A chat that keeps what was posted, for tests that are not about a chat. */
export function recordingSurface(): ChatSurface & { posts: ChannelPost[] } {
  const posts: ChannelPost[] = [];
  const channels: Channel[] = [
    { id: 'vendas', name: 'vendas' },
    { id: 'equipe', name: 'equipe' },
  ];
  return {
    name: 'console',
    posts,
    postIntervalMilliseconds: 0,
    serves: () => true,
    channels: async () => channels,
    async post(post) {
      if (!posts.some(({ key }) => key === post.key)) posts.push(post);
    },
  };
}

/** All features on a connection, with a recording chat. */
export function productOn(
  connection: Connection,
  options: { now?: () => Date; surface?: ChatSurface; duties?: Duties } = {},
): { services: Services; surface: ReturnType<typeof recordingSurface> } {
  const surface = recordingSurface();
  const services = createServices({
    connection,
    secretBox: createSecretBox('a secret key for tests'),
    publicUrl: () => 'http://localhost:3000',
    defaultTimezone: 'America/Sao_Paulo',
    locale: 'pt-BR',
    allowedHosts: [],
    surfaces: [options.surface ?? surface],
    duties: options.duties ?? { serve: true, process: true, post: true },
    log: pino({ level: 'silent' }),
    ...(options.now ? { now: options.now } : {}),
  });
  return { services, surface };
}

/** Posts what is due, as the process that posts does in the background. */
export async function postDue({ alerts, outbox }: Pick<Services, 'alerts' | 'outbox'>): Promise<void> {
  await alerts.release();
  await outbox.drain();
}

/**
 * Every command over all features on a connection, for a chat to take. As in a process that leaves posting to others, so that what a command puts
 * into the queue again shows no alert in the midst of the answers.
 */
export function commandsOn(connection: Connection, surface: ChatSurface, log: Logger, now = () => new Date()) {
  const { services } = productOn(connection, { now, surface, duties: { serve: true, process: true, post: false } });
  const dispatcher = createCommandDispatcher({ commands, services, log, now });
  return { services, dispatcher, handled: createHandledInteractions({ connection, now }) };
}
