import type { Collection } from 'mongodb';
import { expect } from 'vitest';

/** A document of the load. Every field follows from its id and version, so a half-written one gives itself away. */
export interface StoredOrder {
  _id: string;
  owner: number;
  version: number;
  code: string;
  tags: string[];
  text: string;
}

/** Concurrent writers, and what they were told about every document. */
export interface Load {
  /** Writes with `clients` at once, calls `kill` after so many acknowledgements, and resolves when every writer met its error. */
  run(orders: Collection<StoredOrder>, clients: number, moment: number, kill: () => Promise<void>): Promise<void>;
  /** Fails unless the documents are what was acknowledged, or what was still asked for when the answer failed to come. */
  compareWith(documents: readonly StoredOrder[]): void;
  /** How many writes were acknowledged in all. */
  acknowledged(): number;
}

/** The version of a document that is not there. */
const ABSENT = 0;

interface Knowledge {
  acknowledged: number;
  attempted: number;
}

export function startLoad(): Load {
  const known = new Map<string, Knowledge>();
  let serial = 0;
  let acknowledged = 0;

  async function attempt(id: string, version: number, write: () => Promise<unknown>): Promise<void> {
    const knowledge = known.get(id) ?? { acknowledged: ABSENT, attempted: ABSENT };
    known.set(id, knowledge);
    knowledge.attempted = version;
    await write();
    knowledge.acknowledged = version;
    acknowledged += 1;
  }

  /** One writer: each step makes a document, or changes, claims or removes one of its own. */
  async function* writer(orders: Collection<StoredOrder>, owner: number): AsyncGenerator<void> {
    for (let step = 0; ; step += 1) {
      serial += 1;
      const id = `${owner}-${serial}`;
      yield await attempt(id, 1, () => orders.insertOne(order(id, owner, 1)));
      yield await attempt(id, 2, () => orders.updateOne({ _id: id }, { $set: changed(id, 2), $inc: { version: 1 } }));
      yield await attempt(id, 3, () => claim(orders, owner, id));
      if (step % 3 === 0) yield await attempt(id, ABSENT, () => orders.deleteOne({ code: codeOf(id, 3) }));
    }
  }

  async function claim(orders: Collection<StoredOrder>, owner: number, id: string): Promise<void> {
    const claimed = await orders.findOneAndUpdate(
      { owner, version: 2, _id: id },
      { $set: { version: 3, ...changed(id, 3) } },
      { sort: { version: -1 }, returnDocument: 'after' },
    );
    expect(claimed).toEqual(order(id, owner, 3));
  }

  return {
    async run(orders, clients, moment, kill) {
      const target = acknowledged + moment;
      let killed: Promise<void> | undefined;
      const writers = Array.from({ length: clients }, async (_, owner) => {
        try {
          for await (const _step of writer(orders, owner)) if (acknowledged >= target) killed ??= kill();
        } catch (error) {
          if (killed === undefined) throw error;
        }
      });
      await Promise.all(writers);
      await killed;
    },
    compareWith(documents) {
      const stored = new Map(documents.map((document) => [document._id, document]));
      expect(documents.filter(({ _id }) => !known.has(_id))).toEqual([]);
      for (const [id, knowledge] of known) {
        const document = stored.get(id);
        const version = document?.version ?? ABSENT;
        expect([knowledge.acknowledged, knowledge.attempted], id).toContain(version);
        if (document) expect(document).toEqual(order(id, document.owner, version));
        known.set(id, { acknowledged: version, attempted: version });
      }
    },
    acknowledged: () => acknowledged,
  };
}

function codeOf(id: string, version: number): string {
  return `${id}/${version}`;
}

/** The fields that change with the version; the text is at times shorter than a page of the store, at times longer. */
function changed(id: string, version: number): Pick<StoredOrder, 'code' | 'tags' | 'text'> {
  const code = codeOf(id, version);
  return { code, tags: [code, `version ${version}`], text: `${code} `.repeat((id.length * version * 97) % 900) };
}

function order(id: string, owner: number, version: number): StoredOrder {
  return { _id: id, owner, version, ...changed(id, version) };
}
