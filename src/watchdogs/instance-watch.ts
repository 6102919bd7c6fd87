import { uniqBy } from 'es-toolkit';
import type { Logger } from 'pino';
import type { ChannelReference } from '../chat/surface.ts';
import type { ConnectionCheck } from '../instances/connection-check.ts';
import type { Instance, InstanceService } from '../instances/instance-service.ts';
import { exceedsADay } from '../instances/queue-outlook.ts';
import { estimatedEnd } from '../instances/sending-pace.ts';
import type { MessageQueue } from '../messages/message-queue.ts';
import type { StoreService } from '../stores/store-service.ts';
import { localDay } from '../text/local-time.ts';
import { isProductError } from '../text/product-error.ts';
import type { Locale } from '../text/text.ts';
import type { Incidents } from './incidents.ts';
import { connectionMessage, failingMessage, slowQueueMessage } from './instance-messages.ts';

const CHECK_PAUSE_MILLISECONDS = 3 * 60_000;
/** A provider may take ten seconds to answer; the others do not wait for it. */
const CHECKS_AT_A_TIME = 10;
/** A phone or a provider that is back so soon is no news. */
const PATIENCE_MILLISECONDS = 2 * 60_000;
/** A provider may call an instance connected whose messages it refuses: a token that may only look, a socket that has died. */
const REFUSALS = 3;
const WINDOW_MILLISECONDS = 60 * 60_000;
/** Of fewer sends than this a share says nothing. */
const LEAST_SENDS = 10;
const FAILING_SHARE = 0.2;
/** Below the share that begins an incident, so that one does not begin and end all the time. */
const RECOVERED_SHARE = 0.1;

export interface InstanceWatch {
  /** Looks at each instance that is due. Safe to call at any time, any number of times, by several processes. */
  run(): Promise<void>;
}

/**
 * Watches the instances that send, or have something to send: whether they are connected, whether their queue is more than they can send,
 * and whether too much of what they send fails. Each is told once in the channels of their stores, and once when it is over.
 */
export function createInstanceWatch(dependencies: {
  instances: InstanceService;
  stores: Pick<StoreService, 'findActive'>;
  messageQueue: Pick<MessageQueue, 'countWaiting' | 'outcomesSince'>;
  checkConnection: ConnectionCheck;
  incidents: Incidents;
  /** Called when there may be something to post. */
  onNoted(): void;
  locale: Locale;
  log: Logger;
  now?: () => Date;
}): InstanceWatch {
  const { instances, stores, messageQueue, checkConnection, incidents, locale, log } = dependencies;
  const now = dependencies.now ?? (() => new Date());

  async function channelsOf({ workspaceId, storeIds }: Instance): Promise<ChannelReference[]> {
    const linked = [...(await stores.findActive(storeIds)).values()].filter(({ paused }) => !paused);
    const channels = linked.flatMap(({ alerts: { channelId } }) => (channelId ? [{ workspaceId, channelId }] : []));
    return uniqBy(channels, ({ channelId }) => channelId);
  }

  async function watchConnection(instance: Instance, waiting: number): Promise<void> {
    const isDown = !sends(instance);
    const wasUpJustNow = now().getTime() - instance.connectionSince.getTime() < PATIENCE_MILLISECONDS;
    if (isDown && wasUpJustNow && !refusesAll(instance)) return;
    await incidents.note(`instance_disconnected:${instance.id}`, isDown, {
      channels: () => channelsOf(instance),
      message: () => connectionMessage(asItSends(instance), waiting, locale),
    });
  }

  async function watchQueue(instance: Instance, waiting: number): Promise<void> {
    const endsAt = waiting === 0 ? null : estimatedEnd(instance, waiting, now());
    const endsToday = waiting === 0 || isToday(endsAt, instance, now());
    if (!endsToday && !exceedsADay(instance, waiting, now())) return;
    await incidents.note(`queue_slow:${instance.id}`, !endsToday, {
      channels: () => channelsOf(instance),
      message: () => slowQueueMessage(instance, { waiting, endsAt, endsToday }, locale),
    });
  }

  async function watchSends(instance: Instance): Promise<void> {
    const outcomes = await messageQueue.outcomesSince(instance, new Date(now().getTime() - WINDOW_MILLISECONDS));
    const failed = outcomes.failures.reduce((sum, { count }) => sum + count, 0);
    const share = failed / Math.max(1, outcomes.finished);
    const isFailing = outcomes.finished >= LEAST_SENDS && share >= FAILING_SHARE;
    if (!isFailing && failed > 0 && share >= RECOVERED_SHARE) return;
    await incidents.note(`sends_failing:${instance.id}`, isFailing, {
      channels: () => channelsOf(instance),
      message: () => failingMessage(instance, outcomes, isFailing, locale),
    });
  }

  async function watch(claimed: Instance): Promise<void> {
    const waiting = await messageQueue.countWaiting(claimed);
    if (claimed.storeIds.length === 0 && waiting === 0) return;
    await checkConnection(claimed);
    const instance = await instances.get(claimed.workspaceId, claimed.id);
    await watchConnection(instance, waiting);
    // What is disconnected sends nothing, and that was said already.
    if (sends(instance)) await watchQueue(instance, waiting);
    await watchSends(instance);
  }

  /** One after the other, until none is due; one that cannot be looked at does not keep the others from it. */
  async function watchDue(): Promise<void> {
    for (;;) {
      const claimed = await instances.claimCheck(CHECK_PAUSE_MILLISECONDS);
      if (!claimed) return;
      await watch(claimed).catch((error: unknown) => {
        // Removed meanwhile.
        if (isProductError(error, 'instance_unknown')) return;
        log.error(
          { err: error, instance: claimed.id },
          'An instance could not be looked at; it is looked at again soon',
        );
      });
    }
  }

  return {
    async run() {
      await Promise.all(Array.from({ length: CHECKS_AT_A_TIME }, watchDue));
      dependencies.onNoted();
    },
  };
}

function refusesAll({ refusalsInARow }: Instance): boolean {
  return refusalsInARow >= REFUSALS;
}

function sends(instance: Instance): boolean {
  return instance.connection !== 'disconnected' && !refusesAll(instance);
}

/** One that takes no message is as good as disconnected, whatever its provider says. */
function asItSends(instance: Instance): Instance {
  if (!refusesAll(instance)) return instance;
  return { ...instance, connection: 'disconnected', connectionReason: instance.refusalReason };
}

function isToday(at: Date | null, { timezone }: Instance, now: Date): boolean {
  return at !== null && localDay(at, timezone) === localDay(now, timezone);
}
