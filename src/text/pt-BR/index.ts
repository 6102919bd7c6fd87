import { access } from './access.ts';
import { alerts } from './alerts.ts';
import { checklist } from './checklist.ts';
import { console } from './console.ts';
import { digest } from './digest.ts';
import { discord } from './discord.ts';
import { errors } from './errors.ts';
import { events } from './events.ts';
import { help } from './help.ts';
import { instances } from './instances.ts';
import { messages } from './messages.ts';
import { notifications } from './notifications.ts';
import { reports } from './reports.ts';
import { sendFailures } from './send-failures.ts';
import { slack } from './slack.ts';
import { stores } from './stores.ts';
import { vocabulary } from './vocabulary.ts';
import { watchdogs } from './watchdogs.ts';

export const ptBR = {
  ...errors,
  ...stores,
  ...checklist,
  ...instances,
  ...messages,
  ...notifications,
  ...reports,
  ...alerts,
  ...events,
  ...help,
  ...console,
  ...digest,
  ...discord,
  ...access,
  ...slack,
  ...vocabulary,
  ...watchdogs,
  ...sendFailures,
} as const;
