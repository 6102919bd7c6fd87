import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { commands } from '../commands/index.ts';
import { createApiRouter } from './api/api-router.ts';
import { apiRoutes } from './api/api-routes.ts';
import { createHealthRouter } from './api/health-router.ts';
import { startHttpServer } from './api/http-server.ts';
import { createBackground } from './background.ts';
import { createConsoleRouter } from './chat/console/console-router.ts';
import { createConsoleSurface } from './chat/console/console-surface.ts';
import { createCommandDispatcher } from './chat/dispatcher.ts';
import type { Config } from './config.ts';
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
  /** Resolves once the database answers and everything runs. */
  ready: Promise<void>;
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
  let localUrl = '';
  const services = createServices({
    connection,
    secretBox: createSecretBox(secrets.secretKey),
    publicUrl: () => config.publicUrl ?? localUrl,
    defaultTimezone: config.defaultTimezone,
    locale: config.defaultLocale,
    surfaces: consoleSurface ? [consoleSurface] : [],
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
  const metrics = createMetrics({ spool });
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
    routers: [
      createHealthRouter({ readiness: async () => readinessOf(database), registry: metrics }),
      ...(duties.serve ? [createReceiptRouter({ ...services, log }), createWebhookRouter({ intake }), api] : []),
      ...(consoleRouter ? [consoleRouter] : []),
    ],
    log,
  });
  localUrl = `http://localhost:${server.port}`;
  const ready = background.start();
  return {
    localUrl,
    hasConsole: consoleRouter !== null,
    ready,
    async stop() {
      consoleRouter?.close();
      await server.close();
      await background.stop();
      await spool.close();
      await database.close();
    },
  };
}

/** What a process of that role does. */
function dutiesOf(role: Config['role']): Duties {
  return {
    serve: role === 'all' || role === 'web',
    process: role === 'all' || role === 'worker',
    post: role === 'all' || role === 'bot',
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

async function readinessOf(database: Database) {
  return [
    {
      name: 'database',
      ok: database.isReady(),
      remedy: 'Check that the MongoDB server of MONGODB_URI is up; deliveries are spooled meanwhile.',
    },
  ];
}
