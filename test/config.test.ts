import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('needs nothing', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      publicUrl: null,
      mongodbUri: null,
      dataDirectory: './data',
      secretKey: null,
      adminApiKey: null,
      console: true,
      slack: null,
      discord: null,
      httpSenderHosts: [],
      role: 'all',
      logLevel: 'info',
      defaultTimezone: 'America/Sao_Paulo',
      defaultLocale: 'pt-BR',
    });
  });

  it('takes a variable that is set to nothing as not set', () => {
    expect(readConfig({ PORT: '', MONGODB_URI: ' ', SECRET_KEY: '', HOST: '' })).toEqual(readConfig({}));
  });

  it('has the console on for this machine alone, unless told', () => {
    expect(readConfig({ HOST: '0.0.0.0' }).console).toBe(false);
    expect(readConfig({ HOST: 'localhost' }).console).toBe(true);
    expect(readConfig({ HOST: '::1' }).console).toBe(true);
    expect(readConfig({ CONSOLE: 'off' }).console).toBe(false);
    expect(readConfig({ HOST: '0.0.0.0', CONSOLE: 'on' }).console).toBe(true);
  });

  it('has the console off once a chat is there', () => {
    expect(readConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }).console).toBe(false);
    expect(readConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', CONSOLE: 'on' }).console).toBe(true);
  });

  it('takes Slack by Socket Mode or by HTTP', () => {
    expect(
      readConfig({ SLACK_BOT_TOKEN: 'b', SLACK_APP_TOKEN: 'a', SLACK_API_URL: 'http://127.0.0.1:1/api' }).slack,
    ).toEqual({
      botToken: 'b',
      appToken: 'a',
      signingSecret: null,
      apiUrl: 'http://127.0.0.1:1/api',
    });
    expect(readConfig({ SLACK_BOT_TOKEN: 'b', SLACK_SIGNING_SECRET: 's' }).slack).toEqual({
      botToken: 'b',
      appToken: null,
      signingSecret: 's',
      apiUrl: null,
    });
  });

  it('takes a public address with or without its last slash', () => {
    for (const url of ['https://bot.example.com', 'https://bot.example.com/', 'https://bot.example.com//']) {
      expect(readConfig({ PUBLIC_URL: url }).publicUrl).toBe('https://bot.example.com');
    }
  });

  it.each([
    [{ PORT: '3000.5' }, 'PORT must be a whole number; for example PORT=3000'],
    [{ PORT: '70000' }, 'PORT must be between 0 and 65535; 0 takes any free port'],
    [{ PORT: 'http' }, 'PORT must be a number; for example PORT=3000'],
    [{ PUBLIC_URL: 'bot.example.com' }, 'PUBLIC_URL must be the address'],
    [{ PUBLIC_URL: 'ftp://bot.example.com' }, 'PUBLIC_URL must be the address'],
    [{ MONGODB_URI: 'localhost:27017' }, 'MONGODB_URI must start with mongodb://'],
    [{ SECRET_KEY: 'short' }, 'SECRET_KEY must have at least 16 characters'],
    [{ ADMIN_API_KEY: 'short' }, 'ADMIN_API_KEY must have at least 16 characters'],
    [{ SLACK_BOT_TOKEN: 'xoxb-1' }, 'SLACK_SIGNING_SECRET is empty; set it'],
    [{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: ' ' }, 'SLACK_SIGNING_SECRET is empty; set it'],
    [{ SLACK_APP_TOKEN: 'xapp-1' }, 'SLACK_BOT_TOKEN is missing; it is the Bot User OAuth Token'],
    [
      { SLACK_BOT_TOKEN: 'b', SLACK_APP_TOKEN: 'a', SLACK_API_URL: 'slack' },
      'SLACK_API_URL must be the base of a Web API',
    ],
    [{ CONSOLE: 'yes' }, 'CONSOLE must be auto, on or off'],
    [{ DISCORD_PUBLIC_KEY: 'a'.repeat(64) }, 'DISCORD_APPLICATION_ID is missing'],
    [{ DISCORD_APPLICATION_ID: '1' }, 'DISCORD_TOKEN is missing'],
    [{ DISCORD_TOKEN: 't', DISCORD_PUBLIC_KEY: 'abc' }, 'DISCORD_PUBLIC_KEY must be the 64 letters and digits'],
    [{ DISCORD_TOKEN: 't', DISCORD_APPLICATION_ID: 'x' }, 'DISCORD_APPLICATION_ID must be the number'],
    [{ DISCORD_TOKEN: 't', DISCORD_API_URL: 'discord.com' }, 'DISCORD_API_URL must be the base of a REST API'],
    [{ ROLE: 'boss' }, 'ROLE must be all, web, worker or bot'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of fatal'],
    [{ DEFAULT_TIMEZONE: 'Brasilia' }, 'DEFAULT_TIMEZONE must be an IANA time zone; for example America/Sao_Paulo'],
    [{ DEFAULT_LOCALE: 'pt' }, 'DEFAULT_LOCALE must be one of pt-BR, en'],
  ])('%j is refused with its remedy', (environment, problem) => {
    expect(problemsOf(environment as Record<string, string>)).toEqual([expect.stringContaining(problem)]);
  });

  it('tells every problem at once, and never the value of a secret', () => {
    const problems = problemsOf({ PORT: 'x', ROLE: 'y', SECRET_KEY: 'hush', ADMIN_API_KEY: 'hush' });
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).not.toContain('hush');
    expect(new ConfigError(problems).message).toMatch(/^The configuration has 4 problems:\n {2}- /);
  });
});
