import { Routes } from 'discord.js';
import type { Router } from 'express';
import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import type { DiscordConfig } from '../../config.ts';
import type { Locale } from '../../text/text.ts';
import type { ConnectionLease } from '../connection-lease.ts';
import type { CommandDispatcher } from '../dispatcher.ts';
import type { HandledInteractions } from '../handled-interactions.ts';
import type { Role } from '../permissions.ts';
import type { ChatSurface } from '../surface.ts';
import { createActionStore } from './action-store.ts';
import { createAsBot, createDiscordRest } from './discord-rest.ts';
import { createDiscordSurface } from './discord-surface.ts';
import { createGateway } from './gateway.ts';
import { createInteractionRouter } from './http-router.ts';
import { createInteractionHandler, type InteractionHandler, type Respond } from './interaction-handler.ts';
import { createInteractionReplies } from './interaction-replies.ts';
import { createNamedPeople } from './named-people.ts';

export interface DiscordChat {
  surface: ChatSurface;
  /** Interactions over HTTP; null without a public key. */
  router: Router | null;
  /** How many requests over HTTP did not prove that they come from Discord. */
  refusedRequests(): number;
  /** False while the gateway is down; true where there is none. */
  isUp(): boolean;
  /** True while another process holds the connection to the gateway. */
  isStandingBy(): boolean;
  /** True while it is down because the database does not say whether this process may connect. */
  needsDatabase(): boolean;
  /** Says who runs the commands, and connects. */
  start(attendant: Attendant): void;
  /** Resolves once no interaction is being worked on. */
  settled(): Promise<void>;
  /** Takes nothing more and waits for the commands in progress. */
  stop(): Promise<void>;
}

export interface Attendant {
  dispatcher: CommandDispatcher;
  handled: HandledInteractions;
  roleOf(person: { workspaceId: string; userId: string; platformAdmin: boolean }): Promise<Role>;
}

/**
 * Discord as one of the product's chats.
 * @param dependencies.hasGateway whether this process may hold the connection to the gateway, when there is a token
 * @param dependencies.lease whose holder alone connects to the gateway; over HTTP any number of processes may answer
 */
export function createDiscordChat(dependencies: {
  config: DiscordConfig;
  hasGateway: boolean;
  lease: ConnectionLease;
  connection: Connection;
  locale: Locale;
  log: Logger;
  now?: () => Date;
}): DiscordChat {
  const { config, hasGateway, lease, connection, locale, log } = dependencies;
  const clock = dependencies.now ? { now: dependencies.now } : {};
  const { token, apiUrl, publicKey, applicationId } = config;
  // Discord's limits of the bot do not touch the answers to interactions (https://discord.com/developers/docs/topics/rate-limits#global-rate-limit), and its
  // client would have them wait for each other.
  const rest = createDiscordRest(apiUrl);
  const asBot = createAsBot({ rest: createDiscordRest(apiUrl), token, onRefused: () => gateway?.check() });
  const actions = createActionStore({ connection, ...clock });
  const named = createNamedPeople(clock);
  const replies = createInteractionReplies({ rest, asBot, log });
  let handler: InteractionHandler | null = null;

  const respondByRest: Respond = async (response, { id, token: interactionToken }) => {
    await rest.post(Routes.interactionCallback(id, interactionToken), { auth: false, body: response });
  };
  const gateway =
    token !== null && hasGateway
      ? createGateway({
          token,
          apiUrl,
          log,
          onInteraction: (raw) => void handler?.handle(raw, respondByRest),
        })
      : null;
  const http =
    publicKey === null
      ? null
      : createInteractionRouter({
          publicKey,
          applicationId,
          async handle(raw, respond) {
            await handler?.handle(raw, respond);
          },
          log,
          ...clock,
        });

  return {
    surface: createDiscordSurface({ asBot, token, gateway, named, actions, locale, ...clock }),
    router: http?.router ?? null,
    refusedRequests: () => http?.refusedRequests() ?? 0,
    isUp: () => gateway?.isUp() ?? true,
    isStandingBy: lease.isStandingBy,
    needsDatabase: () => gateway !== null && lease.isUnanswered(),
    start({ dispatcher, handled, roleOf }) {
      const ownerOf = (guildId: string) => gateway?.guild(guildId)?.ownerId ?? null;
      handler = createInteractionHandler({
        dispatcher,
        roleOf,
        ownerOf,
        handled,
        named,
        actions,
        replies,
        locale,
        log,
      });
      if (token === null) {
        log.warn(
          'DISCORD_TOKEN is not set: commands of Discord are answered, but no alert can be posted, and no channel or person is known. It is under Bot of the Discord application.',
        );
      }
      if (gateway) lease.start(gateway);
    },
    async settled() {
      await handler?.idle();
    },
    async stop() {
      if (gateway) await lease.stop();
      await handler?.idle();
    },
  };
}
