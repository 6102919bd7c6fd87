import { MessageFlags, type REST, Routes } from 'discord.js';
import type { Logger } from 'pino';
import { type AsBot, DISCORD_CODES, discordCode, requestBody } from './discord-rest.ts';
import type { Interaction } from './interaction.ts';
import type { DiscordMessage, RenderedMessage } from './render-message.ts';

/** Discord may learn of an acknowledgement over HTTP after it learns of what follows it. */
const PAUSES_FOR_ACKNOWLEDGEMENT = 12;
const PAUSE_MILLISECONDS = 250;
const RETRY_MILLISECONDS = [500, 1_000, 2_000, 4_000, 8_000];

export interface InteractionReplies {
  /** The answer to an interaction that was acknowledged as a private one. False when Discord takes no answer to it any more. */
  answer(interaction: Interaction, visibility: 'private' | 'public', rendered: RenderedMessage): Promise<boolean>;
  /** One line for everybody in a channel. */
  say(channelId: string, line: string): Promise<void>;
}

/** What is told after the acknowledgement, through Discord's web API. */
export function createInteractionReplies(dependencies: {
  rest: REST;
  asBot: AsBot;
  log: Logger;
  pause?: (milliseconds: number) => Promise<void>;
}): InteractionReplies {
  const { rest, asBot, log } = dependencies;
  const pause = dependencies.pause ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)));

  async function send({ application_id, token }: Interaction, message: DiscordMessage, isPrivate: boolean) {
    const { files, ...body } = message;
    const flags = isPrivate ? { flags: MessageFlags.Ephemeral } : {};
    await rest.post(Routes.webhook(application_id, token), {
      auth: false,
      ...requestBody({ ...body, ...flags, allowed_mentions: { parse: [] } }, files),
    });
  }

  async function edit({ application_id, token }: Interaction, { files, ...body }: DiscordMessage) {
    await rest.patch(Routes.webhookMessage(application_id, token), {
      auth: false,
      ...requestBody({ ...body, allowed_mentions: { parse: [] } }, files),
    });
  }

  /** A private acknowledgement stays private, so an answer for everybody takes its place as a message of its own. */
  async function withdraw({ application_id, token }: Interaction) {
    await rest.delete(Routes.webhookMessage(application_id, token), { auth: false });
  }

  /** How long to wait before the same again; undefined when that would not help. */
  function waitBefore(error: unknown, failures: number): number | undefined {
    const isNew = failures < PAUSES_FOR_ACKNOWLEDGEMENT;
    if (isNew && discordCode(error) === DISCORD_CODES.unknownWebhook) return PAUSE_MILLISECONDS;
    return isUnreachable(error) ? RETRY_MILLISECONDS[failures] : undefined;
  }

  /** Does it again while Discord does not know the acknowledgement yet, or cannot be reached. */
  async function persist(step: () => Promise<void>): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await step();
      } catch (error) {
        const wait = waitBefore(error, failures);
        if (wait === undefined) throw error;
        await pause(wait);
      }
    }
  }

  return {
    async answer(interaction, visibility, { messages }) {
      const isPrivate = visibility === 'private';
      const [first, ...others] = messages;
      try {
        await persist(() => (isPrivate && first ? edit(interaction, first) : withdraw(interaction)));
        for (const message of isPrivate ? others : messages) {
          await persist(() => send(interaction, message, isPrivate));
        }
        return true;
      } catch (error) {
        if (!isGone(error)) throw error;
        return false;
      }
    },

    async say(channelId, line) {
      try {
        const body = { content: line, allowed_mentions: { parse: [] } };
        await asBot((bot) => bot.post(Routes.channelMessages(channelId), { body }));
      } catch (error) {
        log.warn({ err: error, channel: channelId }, 'A person could not be told that their command came to nothing');
      }
    },
  };
}

/** The fifteen minutes in which an interaction may be answered are over. */
function isGone(error: unknown): boolean {
  const code = discordCode(error);
  return code === DISCORD_CODES.unknownWebhook || code === DISCORD_CODES.invalidWebhookToken;
}

/** No connection was made, so nothing was done. */
function isUnreachable(error: unknown): boolean {
  const code = error instanceof Error ? Reflect.get(error.cause ?? error, 'code') : undefined;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'UND_ERR_CONNECT_TIMEOUT';
}
