import type { Connection } from 'mongoose';
import type { ContactBook } from './contact-book.ts';
import { messageModel, OPEN_STATUSES, statusUpdate } from './message-model.ts';

/**
 * Writes to a phone no more, from any store of the workspace and for ever: what still waits for it is cancelled, and what is planned later
 * is skipped. Can be repeated.
 * @param phone E.164
 * @param source the buyer said so, or somebody who sells to them
 */
export type OptOut = (workspaceId: string, phone: string, source: 'reply' | 'command') => Promise<void>;

export function createOptOut(dependencies: {
  connection: Connection;
  contacts: Pick<ContactBook, 'optOut'>;
  now?: () => Date;
}): OptOut {
  const { connection, contacts, now = () => new Date() } = dependencies;
  const messages = messageModel(connection);
  return async (workspaceId, phone, source) => {
    // Written down first: what is planned meanwhile finds it.
    await contacts.optOut(workspaceId, phone, source);
    await messages.updateMany(
      { workspaceId, phone, status: { $in: [...OPEN_STATUSES] } },
      statusUpdate('cancelled', now(), 'opted_out'),
    );
  };
}
