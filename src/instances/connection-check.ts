import type { ConnectionState, Sender } from '../senders/sender.ts';
import type { Instance, InstanceService } from './instance-service.ts';

/** A person waits for the answer. */
const TIMEOUT_MILLISECONDS = 10_000;

/** Asks an instance's provider whether it is connected, and notes the answer on the instance. */
export type ConnectionCheck = (instance: Instance) => Promise<ConnectionState>;

export function createConnectionCheck(dependencies: {
  instances: InstanceService;
  senderOf(instance: Instance): Promise<Sender>;
}): ConnectionCheck {
  const { instances, senderOf } = dependencies;
  return async (instance) => {
    const sender = await senderOf(instance);
    const connection = await sender.connection(AbortSignal.timeout(TIMEOUT_MILLISECONDS));
    const reason = connection.state === 'connected' ? null : connection.reason;
    await instances.noteConnection(instance.id, connection.state, reason);
    return connection;
  };
}
