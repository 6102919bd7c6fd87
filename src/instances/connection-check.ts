import type { ConnectionState, Sender } from '../senders/sender.ts';
import type { Instance, InstanceService } from './instance-service.ts';

/** A person waits for the answer. */
const TIMEOUT_MILLISECONDS = 10_000;

const RESTRICTED: ConnectionState = { state: 'disconnected', reason: 'account_restricted', qrCode: null };

/** Whether an instance's account may not send. Meta shows its number all the same: only a message that it accepts says that it may again. */
export function isRestricted({ connection, connectionReason }: Instance): boolean {
  return connection === 'disconnected' && connectionReason === 'account_restricted';
}

/** Asks an instance's provider whether it is connected, and notes the answer on the instance. */
export type ConnectionCheck = (instance: Instance) => Promise<ConnectionState>;

export function createConnectionCheck(dependencies: {
  instances: InstanceService;
  senderOf(instance: Instance): Promise<Sender>;
}): ConnectionCheck {
  const { instances, senderOf } = dependencies;
  return async (instance) => {
    const sender = await senderOf(instance);
    const said = await sender.connection(AbortSignal.timeout(TIMEOUT_MILLISECONDS));
    const connection = said.state === 'connected' && isRestricted(instance) ? RESTRICTED : said;
    const reason = connection.state === 'connected' ? null : connection.reason;
    await instances.noteConnection(instance.id, connection.state, reason);
    return connection;
  };
}
