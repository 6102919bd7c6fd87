import type { Collection, IndexDescription } from 'mongodb';
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
  /**
   * Writes with `clients` at once while one more builds and drops indexes, calls `kill` after so many acknowledgements, and
   * resolves when every writer met its error.
   */
  run(orders: Collection<StoredOrder>, clients: number, moment: number, kill: () => Promise<void>): Promise<void>;
  /** Fails unless documents and indexes are what was acknowledged, or what was still asked for when the answer failed to come. */
  compareWith(documents: readonly StoredOrder[], indexNames: readonly string[]): void;
  /** How many writes were acknowledged in all. */
  acknowledged(): number;
  /** How many builds of an index were acknowledged in all. */
  builtIndexes(): number;
}

/** The version of a document that is not there. */
const ABSENT = 0;

interface Knowledge {
  acknowledged: number;
  attempted: number;
}

/** Indexes that come and go under load: over an array, of several fields, unique, partial. */
const PASSING_INDEXES: readonly IndexDescription[] = [
  { name: 'by_tags', key: { tags: 1, version: -1 } },
  { name: 'by_text', key: { text: 1 } },
  { name: 'by_owner_and_code', key: { owner: 1, code: -1 }, unique: true },
  { name: 'by_partial_version', key: { version: 1 }, partialFilterExpression: { version: { $gte: 2 } } },
];
const PRESENT = 1;

export function startLoad(): Load {
  const known = new Map<string, Knowledge>();
  const knownIndexes = new Map<string, Knowledge>();
  let serial = 0;
  let acknowledged = 0;
  let built = 0;

  async function note(
    all: Map<string, Knowledge>,
    name: string,
    version: number,
    write: () => Promise<unknown>,
  ): Promise<void> {
    const knowledge = all.get(name) ?? { acknowledged: ABSENT, attempted: ABSENT };
    all.set(name, knowledge);
    knowledge.attempted = version;
    await write();
    knowledge.acknowledged = version;
  }

  async function attempt(id: string, version: number, write: () => Promise<unknown>): Promise<void> {
    await note(known, id, version, write);
    acknowledged += 1;
  }

  /** Builds the indexes one after another, and drops each before it builds it again. */
  async function* builder(orders: Collection<StoredOrder>): AsyncGenerator<void> {
    for (;;) {
      for (const { name = '', key, ...options } of PASSING_INDEXES) {
        if (knownIndexes.get(name)?.acknowledged === PRESENT)
          yield await note(knownIndexes, name, ABSENT, () => orders.dropIndex(name));
        yield await note(knownIndexes, name, PRESENT, () => orders.createIndex(key, { ...options, name }));
        built += 1;
      }
    }
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
      async function untilKilled(steps: AsyncGenerator<void>): Promise<void> {
        try {
          for await (const _step of steps) if (acknowledged >= target) killed ??= kill();
        } catch (error) {
          if (killed === undefined) throw error;
        }
      }
      const writers = Array.from({ length: clients }, (_, owner) => untilKilled(writer(orders, owner)));
      await Promise.all([...writers, untilKilled(builder(orders))]);
      await killed;
    },
    compareWith(documents, indexNames) {
      for (const [name, knowledge] of knownIndexes) {
        const state = indexNames.includes(name) ? PRESENT : ABSENT;
        expect([knowledge.acknowledged, knowledge.attempted], name).toContain(state);
        knownIndexes.set(name, { acknowledged: state, attempted: state });
      }
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
    builtIndexes: () => built,
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
