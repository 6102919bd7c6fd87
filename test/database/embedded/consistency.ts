import type { Collection, Document } from 'mongodb';

/**
 * What is wrong between the documents of a collection and its indexes; empty when nothing is. Every index is read from end to
 * end and compared with the documents in their natural order, and the engine's own `validate` compares entry by entry.
 */
export async function inconsistencies(collection: Collection): Promise<string[]> {
  const documents = await collection.find().hint({ $natural: 1 }).toArray();
  const validation = await collection.db.command({ validate: collection.collectionName });
  const problems = (validation.errors as string[]).map((error) => `validate: ${error}`);
  if (validation.nrecords !== documents.length) problems.push(`validate saw ${validation.nrecords} documents`);
  for (const index of await collection.listIndexes().toArray()) {
    problems.push(...(await compareIndex(collection, index, documents)));
  }
  const counted = await collection.countDocuments();
  if (counted !== documents.length) problems.push(`${counted} documents counted, ${documents.length} found`);
  return problems;
}

async function compareIndex(
  collection: Collection,
  index: Document,
  documents: readonly Document[],
): Promise<string[]> {
  const filter = (index.partialFilterExpression ?? {}) as Document;
  const matching = index.partialFilterExpression
    ? await collection.find(filter).hint({ $natural: 1 }).toArray()
    : documents;
  const fields = Object.keys(index.key).map((path) => path.split('.')[0] ?? path);
  const expected = matching.filter((document) => !index.sparse || fields.some((field) => field in document));
  const found = await collection.find(filter).hint(index.name).toArray();
  return sameDocuments(found, expected)
    ? []
    : [`${index.name}: ${found.length} documents, expected ${expected.length}`];
}

function sameDocuments(left: readonly Document[], right: readonly Document[]): boolean {
  const ids = (documents: readonly Document[]) => documents.map(({ _id }) => JSON.stringify(_id)).sort();
  return JSON.stringify(ids(left)) === JSON.stringify(ids(right));
}
