import type { Connection } from 'mongoose';
import { pino } from 'pino';
import { createConnectionCheck } from '../../src/instances/connection-check.ts';
import type { Instance, InstanceService } from '../../src/instances/instance-service.ts';
import { createMessageDispatch, type MessageDispatch } from '../../src/messages/message-dispatch.ts';
import { createMessageRelease } from '../../src/messages/message-release.ts';
import { createSendingWays } from '../../src/messages/sending-ways.ts';
import { createStopOnReply } from '../../src/messages/stop-on-reply.ts';
import type { Sender } from '../../src/senders/sender.ts';
import type { Services } from '../../src/services.ts';

/** A worker beside the product's own, which tells the providers that a test gives it. */
export function dispatchWorker(
  connection: Connection,
  services: Services,
  options: {
    senderOf(instance: Instance): Sender | Promise<Sender>;
    now(): Date;
    pause(milliseconds: number, signal: AbortSignal): Promise<void>;
    patience?: () => AbortSignal;
    instances?: InstanceService;
  },
): MessageDispatch {
  const { now, pause, patience, instances = services.instances } = options;
  const senderOf = async (instance: Instance) => await options.senderOf(instance);
  return createMessageDispatch({
    connection,
    stores: services.stores,
    instances,
    settings: services.notifications,
    contacts: services.contacts,
    receipts: services.receipts,
    planner: services.planner,
    stopOnReply: createStopOnReply({ connection, stores: services.stores, now }),
    release: createMessageRelease({
      connection,
      stores: services.stores,
      instances,
      waysOf: createSendingWays({ connection, settings: services.notifications, contacts: services.contacts, now }),
      now,
    }),
    requeue: services.messageQueue.requeue,
    senderOf,
    checkConnection: createConnectionCheck({ instances, senderOf }),
    locale: 'pt-BR',
    log: pino({ level: 'silent' }),
    now,
    pause,
    ...(patience ? { patience } : {}),
  });
}

/** Lets a worker do all that it can do by now. */
export async function dispatchWith(worker: MessageDispatch): Promise<void> {
  await worker.run(new AbortController().signal);
  await worker.settled();
}
