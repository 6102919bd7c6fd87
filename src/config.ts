import { z } from 'zod';
import { isTimezone } from './text/local-time.ts';
import { LOCALES, type Locale } from './text/text.ts';

export interface Config {
  host: string;
  port: number;
  /** Without a trailing slash; null: the local address. */
  publicUrl: string | null;
  mongodbUri: string | null;
  dataDirectory: string;
  secretKey: string | null;
  adminApiKey: string | null;
  console: boolean;
  /** Null: no Slack. */
  slack: SlackConfig | null;
  /** Null: no Discord. */
  discord: DiscordConfig | null;
  role: 'all' | 'web' | 'worker' | 'bot';
  logLevel: string;
  defaultTimezone: string;
  defaultLocale: Locale;
  /** Hosts that the message provider `http` may post to. */
  httpSenderHosts: string[];
}

export interface SlackConfig {
  botToken: string;
  /** Null: requests come over HTTP, signed with the signing secret. */
  appToken: string | null;
  /** Null only with Socket Mode. */
  signingSecret: string | null;
  /** Null: Slack's own. */
  apiUrl: string | null;
}

/** A token for the gateway and for posts, a public key for interactions over HTTP, or both. */
export interface DiscordConfig {
  token: string | null;
  /** Discord says it with every interaction; never null when there is only the public key. */
  applicationId: string | null;
  publicKey: string | null;
  /** Null: Discord's own. */
  apiUrl: string | null;
}

/** Every problem of the environment at once, each with its remedy. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '::1']);
const MINIMUM_SECRET_LENGTH = 16;

const environmentSchema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce
    .number({ error: 'must be a number; for example PORT=3000' })
    .int({ error: 'must be a whole number; for example PORT=3000' })
    .min(0, { error: 'must be between 0 and 65535; 0 takes any free port' })
    .max(65_535, { error: 'must be between 0 and 65535; 0 takes any free port' })
    .default(3000),
  PUBLIC_URL: z
    .url({
      protocol: /^https?$/,
      error: 'must be the address that the internet reaches this server at; for example https://bot.example.com',
    })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/.+/, {
      error: 'must start with mongodb:// or mongodb+srv://; leave it out to use the embedded database',
    })
    .optional(),
  DATA_DIR: z.string().default('./data'),
  SECRET_KEY: z
    .string()
    .min(MINIMUM_SECRET_LENGTH, {
      error: `must have at least ${MINIMUM_SECRET_LENGTH} characters; leave it out to have one made`,
    })
    .optional(),
  ADMIN_API_KEY: z
    .string()
    .min(MINIMUM_SECRET_LENGTH, {
      error: `must have at least ${MINIMUM_SECRET_LENGTH} characters; leave it out to have one made`,
    })
    .optional(),
  SLACK_BOT_TOKEN: z.string().optional(),
  SLACK_APP_TOKEN: z.string().optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be the base of a Web API; leave it out to use https://slack.com/api/' })
    .optional(),
  DISCORD_TOKEN: z.string().optional(),
  DISCORD_APPLICATION_ID: z
    .string()
    .regex(/^\d{1,20}$/, { error: 'must be the number under General Information of your Discord application' })
    .optional(),
  DISCORD_PUBLIC_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, {
      error: 'must be the 64 letters and digits under General Information of your Discord application',
    })
    .optional(),
  DISCORD_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be the base of a REST API; leave it out to use https://discord.com/api' })
    .optional(),
  CONSOLE: z.enum(['auto', 'on', 'off'], { error: 'must be auto, on or off' }).default('auto'),
  ROLE: z.enum(['all', 'web', 'worker', 'bot'], { error: 'must be all, web, worker or bot' }).default('all'),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  DEFAULT_TIMEZONE: z
    .string()
    .refine(isTimezone, { error: 'must be an IANA time zone; for example America/Sao_Paulo' })
    .default('America/Sao_Paulo'),
  HTTP_SENDER_HOSTS: z
    .string()
    .transform((hosts) => hosts.split(',').map((host) => host.trim().toLowerCase()))
    .pipe(
      z.array(
        z
          .string()
          .regex(/^[a-z0-9.:[\]-]+$/, { error: 'must be host names with commas between; for example crm.example.com' })
          .regex(/^(?![^:[]+:\d+$)/, { error: 'must be host names without ports; for example crm.example.com' }),
      ),
    )
    .default([]),
  DEFAULT_LOCALE: z.enum(LOCALES, { error: `must be one of ${LOCALES.join(', ')}` }).default('pt-BR'),
});

/**
 * Reads the environment. A variable that is set to nothing counts as not set.
 * @throws ConfigError that lists every problem
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const result = environmentSchema.safeParse(given);
  const invalid = result.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) ?? [];
  const problems = [...invalid, ...slackProblems(given), ...discordProblems(given)];
  if (!result.success || problems.length > 0) throw new ConfigError(problems);
  const read = result.data;
  const slack = slackOf(read);
  const discord = discordOf(read);
  const hasChat = slack !== null || discord !== null;
  return {
    host: read.HOST,
    port: read.PORT,
    publicUrl: read.PUBLIC_URL ?? null,
    mongodbUri: read.MONGODB_URI ?? null,
    dataDirectory: read.DATA_DIR,
    secretKey: read.SECRET_KEY ?? null,
    adminApiKey: read.ADMIN_API_KEY ?? null,
    console: read.CONSOLE === 'auto' ? !hasChat && LOOPBACK_HOSTS.has(read.HOST) : read.CONSOLE === 'on',
    slack,
    discord,
    role: read.ROLE,
    logLevel: read.LOG_LEVEL,
    defaultTimezone: read.DEFAULT_TIMEZONE,
    defaultLocale: read.DEFAULT_LOCALE,
    httpSenderHosts: read.HTTP_SENDER_HOSTS,
  };
}

/** Socket Mode needs an app token, HTTP a signing secret; without either nobody could tell Slack's requests from others. */
function slackProblems(given: Readonly<Record<string, string | undefined>>): string[] {
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET } = given;
  const hasOthers = SLACK_APP_TOKEN !== undefined || SLACK_SIGNING_SECRET !== undefined;
  if (SLACK_BOT_TOKEN === undefined && hasOthers) {
    return ['SLACK_BOT_TOKEN is missing; it is the Bot User OAuth Token in OAuth & Permissions of your Slack app'];
  }
  if (SLACK_BOT_TOKEN !== undefined && !hasOthers) {
    return [
      'SLACK_SIGNING_SECRET is empty; set it (Basic Information of your Slack app), or set SLACK_APP_TOKEN to use Socket Mode',
    ];
  }
  return [];
}

function slackOf(read: z.infer<typeof environmentSchema>): SlackConfig | null {
  const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL } = read;
  if (SLACK_BOT_TOKEN === undefined) return null;
  return {
    botToken: SLACK_BOT_TOKEN,
    appToken: SLACK_APP_TOKEN ?? null,
    signingSecret: SLACK_SIGNING_SECRET ?? null,
    apiUrl: SLACK_API_URL ?? null,
  };
}

/** Without a token only the application id says whose interactions are meant for us. */
function discordProblems(given: Readonly<Record<string, string | undefined>>): string[] {
  const { DISCORD_TOKEN, DISCORD_APPLICATION_ID, DISCORD_PUBLIC_KEY } = given;
  if (DISCORD_TOKEN !== undefined) return [];
  if (DISCORD_PUBLIC_KEY !== undefined && DISCORD_APPLICATION_ID === undefined) {
    return [
      'DISCORD_APPLICATION_ID is missing; it is under General Information of your Discord application, beside the public key',
    ];
  }
  if (DISCORD_APPLICATION_ID !== undefined && DISCORD_PUBLIC_KEY === undefined) {
    return [
      'DISCORD_TOKEN is missing; it is under Bot of your Discord application. To take interactions over HTTP alone, set DISCORD_PUBLIC_KEY',
    ];
  }
  return [];
}

function discordOf(read: z.infer<typeof environmentSchema>): DiscordConfig | null {
  const { DISCORD_TOKEN, DISCORD_APPLICATION_ID, DISCORD_PUBLIC_KEY, DISCORD_API_URL } = read;
  if (DISCORD_TOKEN === undefined && DISCORD_PUBLIC_KEY === undefined) return null;
  return {
    token: DISCORD_TOKEN ?? null,
    applicationId: DISCORD_APPLICATION_ID ?? null,
    publicKey: DISCORD_PUBLIC_KEY ?? null,
    apiUrl: DISCORD_API_URL ?? null,
  };
}
