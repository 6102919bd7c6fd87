import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { compact } from 'es-toolkit';
import type { Connection } from 'mongoose';
import type { Logger } from 'pino';
import { commands } from '../commands/index.ts';
import { storeReference } from '../commands/options/store-option.ts';
import { createApiRouter } from './api/api-router.ts';
import { apiRoutes } from './api/api-routes.ts';
import { createHealthRouter, type ReadinessCheck } from './api/health-router.ts';
import { startHttpServer } from './api/http-server.ts';
import { createBackground } from './background.ts';
import { type ConnectionLease, createConnectionLease } from './chat/connection-lease.ts';
import { createConsoleRouter } from './chat/console/console-router.ts';
import { createConsoleSurface } from './chat/console/console-surface.ts';
import type { DiscordChat } from './chat/discord/discord-chat.ts';
import { createCommandDispatcher } from './chat/dispatcher.ts';
import { createHandledInteractions } from './chat/handled-interactions.ts';
import type { SlackChat } from './chat/slack/slack-chat.ts';
import type { Config, DiscordConfig, SlackConfig } from './config.ts';
import { type Database, openDatabase } from './database/connection.ts';
import { createSecretBox, secretsEqual } from './database/secret-box.ts';
import { readOrCreateSecret } from './database/secret-file.ts';
import { createDeliveryWriter } from './ingest/delivery-writer.ts';
import { createIntake } from './ingest/intake.ts';
import { createReceiptRouter } from './ingest/receipt-router.ts';
import { openSpool } from './ingest/spool.ts';
import { createWebhookRouter } from './ingest/webhook-router.ts';
import { createMetrics } from './metrics.ts';
import { createServices, type Duties } from './services.ts';

const SECRET_BYTES = 32;
/** Names the first admin key in logs. */
const ADMIN_KEY_ID = 'admin';

export interface Product {
  /** The address on this machine. */
  localUrl: string;
  /** False when the console is off. */
  hasConsole: boolean;
  /** Resolves with true once the database answers and everything runs, with false when it is stopped before. @throws UnfinishedCopyError */
  ready: Promise<boolean>;
  /** Stops in the reverse order of the start; nothing acknowledged is lost. */
  stop(): Promise<void>;
}

/** What a start tells while it goes on. */
export interface StartNotices {
  /** The first admin key was made. Told at once, because the rest of the start may fail, and the next one does not make it again. */
  onNewAdminKey?(key: string): void;
  /** The embedded engine died after its start: the process has no database any more. */
  onDatabaseFailure?(error: Error): void;
}

/**
 * Starts the product: secrets, database, features, surfaces, jobs.
 * @throws EmbeddedError when the data directory is in use or cannot be used
 * @throws Error with code `EADDRINUSE` when the port is taken
 */
export async function startProduct(config: Config, log: Logger, notices: StartNotices = {}): Promise<Product> {
  const database = await openDatabase({
    uri: config.mongodbUri,
    directory: join(config.dataDirectory, 'database'),
    log,
    ...(notices.onDatabaseFailure ? { onFailure: notices.onDatabaseFailure } : {}),
  });
  try {
    return await startOn(database, config, log, notices);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function startOn(database: Database, config: Config, log: Logger, notices: StartNotices): Promise<Product> {
  const { connection } = database;
  const duties = dutiesOf(config.role);
  const secrets = await readSecrets(config, notices);
  const spool = await openSpool({ directory: config.dataDirectory });
  const consoleSurface = config.console && duties.post ? createConsoleSurface({ connection }) : null;
  // The embedded engine lets no second process in, so whatever is leased there was leased by one that is gone.
  const holderId = database.embedded ? 'embedded' : randomUUID();
  const leaseOf = (chat: string) => createConnectionLease({ connection, chat, holderId, log });
  const slack = config.slack ? await openSlack(config.slack, leaseOf('slack'), config, log) : null;
  // Every process may look up channels and people; one that posts also takes commands.
  const listening = duties.post ? slack : null;
  const discord = config.discord
    ? await openDiscord(config.discord, leaseOf('discord'), connection, duties, config, log)
    : null;
  const handled = createHandledInteractions({ connection });
  let localUrl = '';
  const services = createServices({
    connection,
    secretBox: createSecretBox(secrets.secretKey),
    publicUrl: () => config.publicUrl ?? localUrl,
    defaultTimezone: config.defaultTimezone,
    locale: config.defaultLocale,
    surfaces: compact([consoleSurface, slack?.surface, discord?.surface]),
    allowedHosts: config.httpSenderHosts,
    duties,
    log,
  });
  const intake = createIntake({
    stores: services.stores,
    refusals: services.refusals,
    writer: createDeliveryWriter({ connection }),
    spool,
    log,
    isDatabaseReady: database.isReady,
    onStored: services.processing.wake,
  });
  const dispatcher = createCommandDispatcher({ commands, services, log });
  const consoleRouter = consoleSurface
    ? createConsoleRouter({ surface: consoleSurface, dispatcher, locale: config.defaultLocale, log })
    : null;
  const metrics = createMetrics({ spool, refusedChatRequests: refusedRequestsOf(slack, discord) });
  const background = createBackground({ database, services, intake, spool, duties, log });
  const api = createApiRouter({
    routes: apiRoutes(services, dispatcher, config.defaultLocale),
    authenticate: (key) => (secretsEqual(key, secrets.adminApiKey) ? ADMIN_KEY_ID : null),
    workspaces: services.stores.workspaces,
    log,
  });
  const server = await startHttpServer({
    host: config.host,
    port: config.port,
    routers: compact([
      createHealthRouter({ readiness: async () => readinessOf(database, listening, discord), registry: metrics }),
      ...(duties.serve
        ? [createReceiptRouter({ ...services, log }), createWebhookRouter({ intake }), api, discord?.router]
        : []),
      consoleRouter,
      listening?.router,
    ]),
    log,
  });
  localUrl = `http://localhost:${server.port}`;
  listening?.start({
    dispatcher,
    handled,
    access: services.access,
    channels: services.channels,
    storeReferences: async (workspaceId) => (await services.stores.list(workspaceId)).map(storeReference),
  });
  discord?.start({ dispatcher, handled, roleOf: services.access.roleOf });
  const ready = background.start();
  return {
    localUrl,
    hasConsole: consoleRouter !== null,
    ready,
    async stop() {
      consoleRouter?.close();
      await listening?.stop();
      await discord?.stop();
      await server.close();
      await background.stop();
      await spool.close();
      await database.close();
    },
  };
}

/** Slack's SDK takes a second and some memory to load, so it is there only for those who use it. */
async function openSlack(slack: SlackConfig, lease: ConnectionLease, config: Config, log: Logger): Promise<SlackChat> {
  const { createSlackChat } = await import('./chat/slack/slack-chat.ts');
  return createSlackChat({ config: slack, lease, locale: config.defaultLocale, log });
}

/** The same for Discord's. */
async function openDiscord(
  discord: DiscordConfig,
  lease: ConnectionLease,
  connection: Connection,
  duties: Duties,
  { defaultLocale }: Config,
  log: Logger,
): Promise<DiscordChat> {
  const { createDiscordChat } = await import('./chat/discord/discord-chat.ts');
  return createDiscordChat({ config: discord, hasGateway: duties.post, lease, connection, locale: defaultLocale, log });
}

/** What a process of that role does. */
function dutiesOf(role: Config['role']): Duties {
  return {
    serve: role === 'all' || role === 'web',
    process: role === 'all' || role === 'worker',
    post: role === 'all' || role === 'bot',
  };
}

function refusedRequestsOf(slack: SlackChat | null, discord: DiscordChat | null): Record<string, () => number> {
  return {
    ...(slack ? { slack: slack.refusedRequests } : {}),
    ...(discord ? { discord: discord.refusedRequests } : {}),
  };
}

async function readSecrets(config: Config, { onNewAdminKey }: StartNotices) {
  const newSecret = () => randomBytes(SECRET_BYTES).toString('base64url');
  const directory = config.dataDirectory;
  const secretKey = config.secretKey ?? (await readOrCreateSecret(directory, 'secret-key', newSecret)).secret;
  if (config.adminApiKey) return { secretKey, adminApiKey: config.adminApiKey };
  const { secret, created } = await readOrCreateSecret(directory, 'admin-api-key', newSecret);
  if (created) onNewAdminKey?.(secret);
  return { secretKey, adminApiKey: secret };
}

async function readinessOf(
  database: Database,
  slack: SlackChat | null,
  discord: DiscordChat | null,
): Promise<ReadinessCheck[]> {
  const check = 'Check that the MongoDB server of MONGODB_URI is up';
  return compact([
    { name: 'database', ok: database.isReady(), remedy: `${check}; deliveries are spooled meanwhile.` },
    slack && readinessOfChat('slack', slack, 'Check SLACK_BOT_TOKEN and, with Socket Mode, SLACK_APP_TOKEN'),
    discord && readinessOfChat('discord', discord, 'Check DISCORD_TOKEN'),
  ]);

  function readinessOfChat(name: string, chat: SlackChat | DiscordChat, checkTokens: string): ReadinessCheck {
    const remedy = chat.needsDatabase()
      ? `${check}: it says which process may connect. Nothing is wrong with the chat.`
      : `${checkTokens}; the log says what was answered. It is tried again by itself.`;
    return { name, ok: chat.isUp(), standingBy: chat.isStandingBy(), remedy };
  }
}
