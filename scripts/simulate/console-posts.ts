import { z } from 'zod';
import type { SeenStore } from './admin-api.ts';
import { parsedJson } from './parsed-json.ts';
import { untilAnswered } from './until-answered.ts';

const CONSOLE_WORKSPACE = 'console';

const postSchema = z.object({
  id: z.number(),
  key: z.string(),
  message: z.object({ blocks: z.array(z.looseObject({ rows: z.array(z.array(z.string())).optional() })) }),
});
/** A message in a channel of the console. */
export type ConsolePost = z.output<typeof postSchema>;

const pageSchema = z.object({ messages: z.array(postSchema), hasEarlier: z.boolean() });

/** Reads the channel of a store's alerts, as a person at this machine would. */
export interface ConsoleChannel {
  newestId(): Promise<number>;
  /** Messages with a higher id. */
  since(id: number): Promise<ConsolePost[]>;
}

/** Null when the store's alerts do not go to the console, or the console cannot be read from here. */
export async function openConsoleChannel(url: string, store: SeenStore): Promise<ConsoleChannel | null> {
  const { channelId } = store.alerts;
  if (store.workspaceId !== CONSOLE_WORKSPACE || channelId === null) return null;

  async function page(before?: number): Promise<z.output<typeof pageSchema> | null> {
    const query = new URLSearchParams({
      channel: channelId ?? '',
      ...(before === undefined ? {} : { before: `${before}` }),
    });
    const { status, text } = await untilAnswered(async () => {
      const response = await fetch(`${url}/console/messages?${query}`);
      return { status: response.status, text: await response.text() };
    });
    return status === 200 ? (pageSchema.safeParse(parsedJson(text)).data ?? null) : null;
  }

  if ((await page()) === null) return null;
  return {
    newestId: async () => (await page())?.messages.at(-1)?.id ?? 0,
    async since(id) {
      const posts: ConsolePost[] = [];
      for (let before: number | undefined; ; before = posts[0]?.id) {
        const { messages, hasEarlier } = (await page(before)) ?? { messages: [], hasEarlier: false };
        const fresh = messages.filter((message) => message.id > id);
        posts.unshift(...fresh);
        if (fresh.length === 0 || fresh.length < messages.length || !hasEarlier) return posts;
      }
    },
  };
}
