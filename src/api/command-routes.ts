import { z } from 'zod';
import type { CommandDispatcher } from '../chat/dispatcher.ts';
import { findChannel } from '../chat/find-channel.ts';
import { homeChannel } from '../chat/home-channel.ts';
import type { Channel } from '../chat/surface.ts';
import { defineRoute, type Route } from '../feature/route.ts';
import { noFields } from '../feature/route-schemas.ts';
import { LOCALES, type Locale } from '../text/text.ts';
import { replySchema } from './reply-schema.ts';

const MAXIMUM_LINE_LENGTH = 4_000;

/**
 * The route that runs what a person could type in chat. The answer goes to the caller alone, also when it is a public one.
 * @param dependencies.locale of the answer, unless the body names another
 */
export function commandRoutes(dependencies: {
  dispatcher: CommandDispatcher;
  channels(workspaceId: string): Promise<Channel[]>;
  locale: Locale;
}): Route[] {
  const { dispatcher, channels, locale: defaultLocale } = dependencies;

  return [
    defineRoute({
      method: 'post',
      path: '/chat/commands',
      summary: 'Run a command as an admin would type it in chat',
      description: 'A command that fails is answered all the same: with the sentence that says what is wrong.',
      params: noFields,
      query: noFields,
      body: z.strictObject({
        text: z.string().min(1).max(MAXIMUM_LINE_LENGTH).describe('With or without the slash: `/loja listar`.'),
        channel: z
          .string()
          .describe('Id or name of the channel it is typed in; in the local console, the first one unless told.')
          .optional(),
        locale: z.enum(LOCALES).optional(),
      }),
      status: 200,
      response: replySchema,
      async handle({ caller: { workspaceId, keyId }, body }) {
        const reply: z.input<typeof replySchema> = await dispatcher.run({
          workspaceId,
          channel:
            body.channel === undefined
              ? await homeChannel(workspaceId, channels)
              : findChannel(await channels(workspaceId), body.channel),
          user: { id: keyId, name: 'API', role: 'admin' },
          locale: body.locale ?? defaultLocale,
          line: body.text,
        });
        return { json: reply };
      },
    }),
  ];
}
