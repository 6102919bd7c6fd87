import { pino } from 'pino';
import type { SenderDependencies } from '../../src/senders/registry.ts';

/** For senders whose log and console nobody looks at. */
export const silent: SenderDependencies = {
  log: pino({ level: 'silent' }),
  onMessage: () => undefined,
  allowedHosts: [],
};
