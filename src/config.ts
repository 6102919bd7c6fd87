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
  role: 'all' | 'web' | 'worker' | 'bot';
  logLevel: string;
  defaultTimezone: string;
  defaultLocale: Locale;
  /** Hosts that the message provider `http` may post to. */
  httpSenderHosts: string[];
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
          .regex(/^[a-z0-9.:[\]-]+$/, { error: 'must be host names with commas between; for example crm.example.com' }),
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
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`));
  }
  const read = result.data;
  return {
    host: read.HOST,
    port: read.PORT,
    publicUrl: read.PUBLIC_URL ?? null,
    mongodbUri: read.MONGODB_URI ?? null,
    dataDirectory: read.DATA_DIR,
    secretKey: read.SECRET_KEY ?? null,
    adminApiKey: read.ADMIN_API_KEY ?? null,
    console: read.CONSOLE === 'auto' ? LOOPBACK_HOSTS.has(read.HOST) : read.CONSOLE === 'on',
    role: read.ROLE,
    logLevel: read.LOG_LEVEL,
    defaultTimezone: read.DEFAULT_TIMEZONE,
    defaultLocale: read.DEFAULT_LOCALE,
    httpSenderHosts: read.HTTP_SENDER_HOSTS,
  };
}
