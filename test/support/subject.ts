import type { Connection } from 'mongoose';
import type { Instance } from '../../src/instances/instance-service.ts';
import { messageModel, statusUpdate } from '../../src/messages/message-model.ts';
import type { Services } from '../../src/services.ts';
import type { Store } from '../../src/stores/store-service.ts';
import type { TestDatabase } from './database.ts';
import { saleOf } from './sale.ts';

/**
 * All that a line of the product can be about, by ids: a sale's delivery, an instance of the kind that only prints, and an uncertain message.
 * @param at when the sale is made
 */
export async function subjectOf(
  product: { services: Services; database: TestDatabase },
  store: Store,
  at: Date,
): Promise<{ id: string; instancia: string; mensagem: string }> {
  const { services, database } = product;
  const instance = await printingInstance(services, store, 'Suporte');
  const id = await saleOf(product, store, at);
  const mensagem = await newestUncertain(database.connection, store, at);
  await messageModel(database.connection).updateOne({ _id: mensagem }, { $set: { instanceId: instance.id } });
  return { id, instancia: instance.id, mensagem };
}

/** Makes an instance that only prints, through which the store sends. */
export async function printingInstance(
  { instances }: Pick<Services, 'instances'>,
  { workspaceId, id, timezone }: Pick<Store, 'workspaceId' | 'id' | 'timezone'>,
  name: string,
): Promise<Instance> {
  const created = await instances.create(workspaceId, { name, provider: 'log', credentials: {}, timezone });
  return await instances.link(workspaceId, created.id, id, true);
}

/**
 * Leaves a store's newest message as a process does that dies between telling the provider and noting it down.
 * @returns the message's id
 */
export async function newestUncertain(connection: Connection, { id }: Pick<Store, 'id'>, at: Date): Promise<string> {
  const message = await messageModel(connection)
    .findOneAndUpdate({ storeId: id }, statusUpdate('uncertain', at, 'worker_lost'))
    .sort({ _id: -1 });
  if (!message) throw new Error('The store has no message');
  return message._id.toHexString();
}
