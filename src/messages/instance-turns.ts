import type { Logger } from 'pino';
import { isRestricted } from '../instances/connection-check.ts';
import { type Instance, type InstanceService, newLeaseId } from '../instances/instance-service.ts';
import { sendingChance } from '../instances/sending-pace.ts';

/** How many messages of one instance are under way at a time. */
const CONCURRENT_SENDS = 20;
/** With more than this under way, an answer is waited for: messages are claimed in batches, not one by one. */
const FEW_SENDS = CONCURRENT_SENDS / 2;
/** An instance is waited for within a turn when it may send again so soon; else the next round finds it. */
const LONGEST_PAUSE_MILLISECONDS = 30_000;

/** A message that has been handed to its provider. */
export interface Send {
  phone: string;
  /** Resolves when what became of it is written down; never rejects. */
  ended: Promise<void>;
}

export interface InstanceTurns {
  /** Begins to send through an instance, unless this worker does already or another one has it. A turn that only waits for answers looks at the queue again. */
  start(instanceId: string, signal: AbortSignal): void;
  /** Resolves when no turn is under way. */
  settled(): Promise<void>;
}

interface Turn {
  ended: Promise<void>;
  wake(): void;
}

/**
 * One worker's turns: while it holds an instance's lease, nobody else sends through it. A provider that lets a message hang holds up
 * neither the interval nor the others of the queue, and the lease is kept until every message under way has its answer.
 */
export function createInstanceTurns(dependencies: {
  instances: Pick<InstanceService, 'lease' | 'endLease'>;
  /** Whether something could leave, were it allowed to. */
  hasQueue(instance: Instance): Promise<boolean>;
  /** Whether a disconnected instance is connected again. */
  isBack(instance: Instance): Promise<boolean>;
  /** Begins to send at most `room` messages, none to a phone that one is under way to; null when there is nothing to send. */
  sendSome(
    instance: Instance,
    leaseId: string,
    room: number,
    busyPhones: readonly string[],
  ): Promise<readonly Send[] | null>;
  log: Logger;
  now: () => Date;
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}): InstanceTurns {
  const { instances, hasQueue, isBack, sendSome, log, now, pause } = dependencies;
  const turns = new Map<string, Turn>();

  async function turn(instanceId: string, signal: AbortSignal, woken: () => Promise<void>): Promise<void> {
    const leaseId = newLeaseId();
    const underWay = new Set<Send>();
    const answers = () => Promise.all([...underWay].map(({ ended }) => ended));
    try {
      for (;;) {
        const seen = underWay.size;
        if (!signal.aborted && (await step(instanceId, leaseId, underWay, signal))) continue;
        if (seen === 0) return;
        // One that has ended meanwhile may have held back another one to the same phone, so that the queue is looked at again.
        if (underWay.size === seen) await Promise.race([answers(), woken()]);
      }
    } finally {
      await answers();
      await instances.endLease(instanceId, leaseId);
    }
  }

  /** Sends what may leave now, or waits a little for it; false when there is nothing to do before something changes. */
  async function step(instanceId: string, leaseId: string, underWay: Set<Send>, signal: AbortSignal): Promise<boolean> {
    if (underWay.size > FEW_SENDS) {
      await Promise.race([...underWay].map(({ ended }) => ended));
      return true;
    }
    const instance = await instances.lease(instanceId, leaseId);
    if (!instance) return false;
    const isAway = instance.connection === 'disconnected';
    if (isAway && (await isBack(instance))) return true;
    if (isAway && !isRestricted(instance)) return false;
    return await sendThrough(instance, leaseId, underWay, signal);
  }

  async function sendThrough(
    instance: Instance,
    leaseId: string,
    underWay: Set<Send>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const chance = sendingChance(instance, now());
    if ('nextAt' in chance) return (await hasQueue(instance)) && (await waitFor(chance.nextAt, signal));
    const room = Math.min(chance.room, concurrentSends(instance) - underWay.size);
    if (room <= 0) return false;
    const busyPhones = [...underWay].map(({ phone }) => phone);
    const sends = await sendSome(instance, leaseId, room, busyPhones);
    for (const send of sends ?? []) {
      underWay.add(send);
      void send.ended.then(() => underWay.delete(send));
    }
    return sends !== null;
  }

  /** @returns false when that is too long to wait for */
  async function waitFor(moment: Date, signal: AbortSignal): Promise<boolean> {
    const milliseconds = moment.getTime() - now().getTime();
    if (milliseconds > LONGEST_PAUSE_MILLISECONDS) return false;
    await pause(milliseconds, signal);
    return true;
  }

  return {
    start(instanceId, signal) {
      const running = turns.get(instanceId);
      if (running) return running.wake();
      let wake = () => {};
      const woken = () => new Promise<void>((resolve) => (wake = resolve));
      const ended = turn(instanceId, signal, woken)
        .catch((error: unknown) => {
          log.error(
            { err: error, instance: instanceId },
            'An instance stopped sending; the next round goes on. Check the database.',
          );
        })
        .finally(() => turns.delete(instanceId));
      turns.set(instanceId, { ended, wake: () => wake() });
    },
    async settled() {
      await Promise.all([...turns.values()].map(({ ended }) => ended));
    },
  };
}

/** Of an account that may not send, one message asks whether it may again, and the others wait for the answer. */
function concurrentSends(instance: Instance): number {
  return isRestricted(instance) ? 1 : CONCURRENT_SENDS;
}
