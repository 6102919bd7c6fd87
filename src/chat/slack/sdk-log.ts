import type { Logger as SlackLogger } from '@slack/bolt';
import { LogLevel } from '@slack/bolt';
import type { Logger } from 'pino';

const SECRETS = /\bx(?:ox[a-z]+|app)-[\w-]+|(?<=[?&]ticket=)[^&\s"']+/g;
const LONGEST_LINE = 300;

/**
 * Lets Slack's SDK write to our log. Only its warnings and errors, and of these only the words: what it logs beyond that holds whole
 * payloads, and we say ourselves, with the remedy, when Slack is down.
 */
export function sdkLog(log: Logger): SlackLogger {
  const write = (level: 'debug' | 'warn', parts: unknown[]) => {
    const words = parts.filter((part) => typeof part === 'string').join(' ');
    log[level]({ sdk: 'slack' }, words.replace(SECRETS, '…').slice(0, LONGEST_LINE));
  };
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...parts) => write('debug', parts),
    error: (...parts) => write('warn', parts),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}
