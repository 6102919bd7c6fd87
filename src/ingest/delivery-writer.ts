import mongoose, { type Connection } from 'mongoose';
import { refusedAsDuplicates } from '../database/duplicate-key.ts';
import { type DeliveryDocument, deliveryModel } from '../deliveries/delivery-model.ts';

const DELIVERIES_IN_A_BATCH = 500;

export interface WrittenDelivery {
  /** True when the store had a delivery of the same event before. For the sender's information: the guard is the event's unique key. */
  duplicate: boolean;
}

export interface DeliveryWriter {
  /** Resolves once the delivery is durable. Deliveries that come while a write is under way share the next one. */
  write(delivery: DeliveryDocument): Promise<WrittenDelivery>;
  /** Stores deliveries as they are; those already there are left alone. */
  writeAll(deliveries: readonly DeliveryDocument[]): Promise<void>;
}

interface Waiting {
  delivery: DeliveryDocument;
  resolve(written: WrittenDelivery): void;
  reject(error: unknown): void;
}

/** Groups the writes of concurrent requests, so that a flush of the disk serves many of them. */
export function createDeliveryWriter(dependencies: { connection: Connection }): DeliveryWriter {
  const deliveries = deliveryModel(dependencies.connection);
  let waiting: Waiting[] = [];
  let writing = false;

  async function writeGroups(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, DELIVERIES_IN_A_BATCH);
      waiting = waiting.slice(DELIVERIES_IN_A_BATCH);
      const deliveriesOfGroup = group.map(({ delivery }) => delivery);
      try {
        // Each costs a way to the database and back, and neither needs the other.
        const [first] = await Promise.all([firstOfEvents(deliveriesOfGroup), writeAll(deliveriesOfGroup)]);
        for (const { delivery, resolve } of group) {
          const earliest = first.get(eventKey(delivery));
          resolve({ duplicate: earliest !== undefined && earliest < delivery._id.toHexString() });
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    writing = false;
  }

  /** The lowest delivery id of each event: ids grow with the time of arrival. The group itself may be stored already, or not yet. */
  async function firstOfEvents(group: readonly DeliveryDocument[]): Promise<Map<string, string>> {
    const stored = await deliveries.collection
      .find(
        {
          storeId: { $in: [...new Set(group.map(({ storeId }) => storeId))] },
          dedupeKey: { $in: group.map(({ dedupeKey }) => dedupeKey) },
        },
        { projection: { storeId: 1, dedupeKey: 1 } },
      )
      .toArray();
    const first = new Map<string, string>();
    for (const { _id, storeId, dedupeKey } of [...stored, ...group]) {
      const key = eventKey({ storeId, dedupeKey });
      const id = String(_id);
      const known = first.get(key);
      if (known === undefined || id < known) first.set(key, id);
    }
    return first;
  }

  async function writeAll(group: readonly DeliveryDocument[]): Promise<void> {
    const documents = group.map((delivery) => ({ ...delivery, rawBody: new mongoose.mongo.Binary(delivery.rawBody) }));
    await refusedAsDuplicates(deliveries.collection.insertMany(documents as never[], { ordered: false }));
  }

  return {
    writeAll,
    write(delivery) {
      return new Promise((resolve, reject) => {
        waiting.push({ delivery, resolve, reject });
        if (!writing) void writeGroups();
      });
    },
  };
}

function eventKey({ storeId, dedupeKey }: Pick<DeliveryDocument, 'storeId' | 'dedupeKey'>): string {
  return `${storeId} ${dedupeKey}`;
}
