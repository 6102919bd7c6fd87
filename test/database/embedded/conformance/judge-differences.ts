/**
 * Cases of the tables that DocumentDB, the independent server that judges the engine, answers other than MongoDB, by their
 * title, and why the table is right all the same.
 */
export const JUDGE_DIFFERENCES: Readonly<Record<string, string>> = {
  ...because(
    'MongoDB writes fields of an update in the order of their names (since 5.0); DocumentDB as they were given.',
    ['$set adds new fields at the end, in the order of their names', '$set keeps each type'],
  ),
  ...because('Both refuse it; DocumentDB calls it by another code.', [
    '$rename to its own name',
    '$pop of what is no array',
    '$[] of what is no array',
    'insert with an array as _id',
    'insert with a regular expression as _id',
    '$bucket without room for a value',
    'a batch size below zero',
    'find in what is no name',
  ]),
  ...because('MongoDB wants array filters named in small letters; DocumentDB takes any name.', [
    'a name that begins with a capital',
  ]),
  ...because('In MongoDB the error of a statement does not fail the command; in DocumentDB this one does.', [
    'delete with another limit',
  ]),
  ...because('MongoDB wants at least one field; DocumentDB takes an empty projection for none.', [
    '$project of nothing',
  ]),
  ...because('DocumentDB gives days that are too early by up to a week, and in a time zone the UTC month.', [
    '$dateTrunc to the day',
    '$dateTrunc to the day in São Paulo',
    '$dateTrunc to the week that begins on Monday',
    '$dateTrunc to the week',
    '$dateTrunc to the month in São Paulo',
  ]),
  ...because('DocumentDB does not support it.', [
    '$merge by a pipeline',
    '$merge by a pipeline with variables',
    'a change stream',
    '$where',
  ]),
  ...because('DocumentDB makes an entry for each pair of elements, which MongoDB refuses.', [
    'two arrays in one compound key',
  ]),
  ...because('DocumentDB does not look which collection a cursor belongs to, nor whether the one to kill was there.', [
    'a cursor of another collection',
    'cursors that are killed and not found',
  ]),
  ...because('MongoDB has tailable cursors on capped collections alone; DocumentDB ignores the wish.', [
    'a tailable cursor',
  ]),
  ...because('Since 7.0 MongoDB takes a collection that is not there for dropped.', ['drop of no collection']),
};

function because(reason: string, titles: readonly string[]): Record<string, string> {
  return Object.fromEntries(titles.map((title) => [title, reason]));
}
