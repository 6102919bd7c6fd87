import mongoose, { type Connection } from 'mongoose';
import { refusedAsDuplicates } from '../database/duplicate-key.ts';
import { type Page, type PageRequest, readPage } from '../database/page.ts';
import type { EventDocument } from '../events/event-model.ts';
import { type OrderDocument, orderModel } from './order-model.ts';
import { type OrderEvent, type OrderState, projectOrder } from './order-projection.ts';
import type { OrderStatus } from './order-status.ts';

/** How often an order is projected again because another worker changed it meanwhile. */
const MAXIMUM_PROJECTION_TRIES = 20;

/** An order as the admin API shows it. */
export interface Order extends OrderState {
  id: string;
  storeId: string;
}

export interface OrderService {
  list(store: { id: string }, filter: { status?: OrderStatus | undefined }, page: PageRequest): Promise<Page<Order>>;
  idsByKey(storeId: string, orderKeys: readonly string[]): Promise<Map<string, string>>;
  /**
   * Brings orders up to date with all of their events. Any number of workers may do so at once.
   * @param eventsOf reads the events of purchases; called after the orders were read, so that no event can be missed
   */
  project(
    store: { id: string; workspaceId: string },
    orderKeys: readonly string[],
    eventsOf: (orderKeys: readonly string[]) => Promise<EventDocument[]>,
  ): Promise<void>;
}

export function createOrderService(dependencies: { connection: Connection; now?: () => Date }): OrderService {
  const { connection, now = () => new Date() } = dependencies;
  const orders = orderModel(connection);

  /** One try at each order; returns the keys that another worker changed between the reading and the writing. */
  async function tryProject(
    store: { id: string; workspaceId: string },
    orderKeys: readonly string[],
    eventsOf: (orderKeys: readonly string[]) => Promise<EventDocument[]>,
  ): Promise<string[]> {
    const known = await orders.find({ storeId: store.id, orderKey: { $in: orderKeys } }).lean<OrderDocument[]>();
    const versions = new Map(known.map((order) => [order.orderKey, order.version]));
    const states = projectAll(await eventsOf(orderKeys));
    const fresh = [...states].filter(([orderKey]) => !versions.has(orderKey));
    const lost: string[] = [];
    if (fresh.length > 0) {
      const documents = fresh.map(([orderKey, state]) => newOrder(store, orderKey, state, now()));
      const refused = await refusedAsDuplicates(orders.collection.insertMany(documents, { ordered: false }));
      lost.push(...documents.filter((_, index) => refused.has(index)).map(({ orderKey }) => orderKey));
    }
    const changed = [...states].filter(([orderKey]) => versions.has(orderKey));
    if (changed.length > 0 && !(await replaceStates(store.id, changed, versions))) {
      lost.push(...changed.map(([orderKey]) => orderKey));
    }
    return lost;
  }

  /** False when some of the orders were no longer at the version that was read. */
  async function replaceStates(
    storeId: string,
    changed: readonly [string, OrderState][],
    versions: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    const result = await orders.collection.bulkWrite(
      changed.map(([orderKey, state]) => {
        const version = versions.get(orderKey) ?? 0;
        return {
          updateOne: {
            filter: { storeId, orderKey, version },
            update: { $set: { ...state, version: version + 1, uncounted: true } },
          },
        };
      }),
      { ordered: false },
    );
    return result.matchedCount === changed.length;
  }

  return {
    async list(store, filter, page) {
      return await readPage(
        page,
        (below, limit) =>
          orders
            .find({ storeId: store.id, ...(filter.status ? { status: filter.status } : {}), ...below })
            .sort({ _id: -1 })
            .limit(limit)
            .lean<OrderDocument[]>(),
        toOrder,
      );
    },

    async idsByKey(storeId, orderKeys) {
      const found = await orders
        .find({ storeId, orderKey: { $in: [...new Set(orderKeys)] } })
        .select({ orderKey: 1 })
        .lean<Pick<OrderDocument, '_id' | 'orderKey'>[]>();
      return new Map(found.map((order) => [order.orderKey, order._id.toHexString()]));
    },

    async project(store, orderKeys, eventsOf) {
      let open = [...new Set(orderKeys)];
      for (let tries = 0; open.length > 0; tries += 1) {
        if (tries === MAXIMUM_PROJECTION_TRIES)
          throw new Error(`${open.length} orders kept changing while they were projected`);
        open = await tryProject(store, open, eventsOf);
      }
    },
  };
}

function projectAll(events: readonly EventDocument[]): Map<string, OrderState> {
  const byOrder = new Map<string, OrderEvent[]>();
  for (const event of events) {
    if (event.orderKey === null) continue;
    const list = byOrder.get(event.orderKey) ?? [];
    list.push({ ...event, id: event._id.toHexString() });
    byOrder.set(event.orderKey, list);
  }
  const states = new Map<string, OrderState>();
  for (const [orderKey, list] of byOrder) {
    const state = projectOrder(list);
    if (state) states.set(orderKey, state);
  }
  return states;
}

function newOrder(
  store: { id: string; workspaceId: string },
  orderKey: string,
  state: OrderState,
  recordedAt: Date,
): OrderDocument {
  return {
    _id: new mongoose.Types.ObjectId(),
    workspaceId: store.workspaceId,
    storeId: store.id,
    orderKey,
    ...state,
    version: 1,
    uncounted: true,
    counted: [],
    countedSequence: 0,
    recordedAt,
  };
}

function toOrder(document: OrderDocument): Order {
  const {
    _id,
    workspaceId: _workspace,
    orderKey: _key,
    version: _version,
    uncounted: _uncounted,
    counted: _counted,
    ...rest
  } = document;
  const { countedSequence: _sequence, recordedAt: _recorded, ...order } = rest;
  return { ...order, id: _id.toHexString() };
}
