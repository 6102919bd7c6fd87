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
    '$project: [{"$project":{"":1}}]',
    '$project: [{"$project":{"a..b":1}}]',
    '$project: [{"$project":{"a.":1}}]',
    '$sort, $skip, $limit, $sample, $count: [{"$sort":1}]',
    '$sortByCount, $bucket, $bucketAuto: [{"$bucket":{"groupBy":"a","boundaries":[1,2]}}]',
    '$facet, $lookup, $unionWith: [{"$facet":1}]',
    '$facet, $lookup, $unionWith: [{"$facet":{"a":1}}]',
    '$facet, $lookup, $unionWith: [{"$unionWith":{}}]',
    'where stages may be: [{"$documents":[{"a":1}]}]',
    'where stages may be: [{"$limit":1},{"$documents":[{"a":1}]}]',
    'where stages may be: [{"$changeStream":{}}]',
    'paths and variables: "$$CLUSTER_TIME"',
    'sums and products: {"$mod":["$dec",0]}',
    '$out into the collection that is read',
    '$merge of a number',
    '$merge in ways that do not go together',
    '$merge with an unknown field',
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
    '$merge with variables and no pipeline',
    '$merge by a pipeline with an unknown expression',
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
  ...because('The engine says that it lacks it; DocumentDB has it, or says so by another code.', [
    '$match: [{"$match":{"$where":"true"}}]',
    '$match: [{"$match":{"$text":{"$search":"x"}}}]',
    '$group: [{"$group":{"_id":null,"a":{"$median":{"input":"$a","method":"approximate"}}}}]',
    '$group: [{"$group":{"_id":null,"a":{"$accumulator":{}}}}]',
    '$sortByCount, $bucket, $bucketAuto: [{"$bucketAuto":{"groupBy":"$a","buckets":1,"granularity":"R5"}}]',
    'what the engine lacks: [{"$collStats":{}}]',
    'what the engine lacks: [{"$currentOp":{}}]',
    'what the engine lacks: [{"$geoNear":{}}]',
    'what the engine lacks: [{"$indexStats":{}}]',
    'what the engine lacks: [{"$listSessions":{}}]',
    'what the engine lacks: [{"$planCacheStats":{}}]',
    'what the engine lacks: [{"$search":{}}]',
    'what the engine lacks: [{"$vectorSearch":{}}]',
    'what the engine lacks: {"$function":{"body":"function() {}","args":[],"lang":"js"}}',
    'what the engine lacks: {"$sin":1}',
    'what the engine lacks: {"$bitAnd":[1,2]}',
    'what the engine lacks: {"$setField":{"field":"a","input":"$doc","value":1}}',
    'what the engine lacks: {"$toHashedIndexKey":1}',
    'what the engine lacks: {"$bsonSize":"$doc"}',
    'what the engine lacks: {"$sqrt":"$dec"}',
    'what the engine lacks: {"$pow":[2,"$dec"]}',
    'what the engine lacks: {"$dateFromString":{"dateString":"2026","format":"%Y"}}',
    'what the engine lacks: {"$convert":{"input":"a","to":"binData"}}',
  ]),
  ...because('MongoDB puts what is computed after the fields that are kept; DocumentDB leaves it where it was.', [
    '$project: [{"$match":{"_id":0}},{"$project":{"a":{"$add":["$a",1]},"s":1}}]',
  ]),
  ...because('MongoDB refuses it; DocumentDB takes it, or gives nothing.', [
    '$project: [{"$project":{"a":{}}}]',
    '$set and $unset: [{"$set":{}}]',
    '$set and $unset: [{"$set":{"a":{}}}]',
    '$facet, $lookup, $unionWith: [{"$facet":{"a":[]}}]',
    '$facet, $lookup, $unionWith: [{"$facet":{"a.b":[{"$limit":1}]}}]',
    '$facet, $lookup, $unionWith: [{"$facet":{"$a":[{"$limit":1}]}}]',
    'paths and variables: "$"',
    'paths and variables: "$$"',
    'paths and variables: "$a."',
    'paths and variables: "$a..b"',
    'paths and variables: "$a.$b"',
    'dates: {"$dateAdd":{"startDate":"$d","unit":"day"}}',
  ]),
  ...because('MongoDB refuses a list as the operand of an accumulator; DocumentDB takes it for nothing.', [
    '$group: [{"$group":{"_id":null,"a":{"$sum":[1,2]}}}]',
  ]),
  ...because('Of equal numbers MongoDB keeps the first; DocumentDB the last.', [
    '$group: [{"$sort":{"_id":1}},{"$group":{"_id":null,"p":{"$push":"$s"},"f":{"$first":"$s"},"l":{"$last":"$s"},"m":{"$max":"$a"},"i":{"$min":"$s"}}}]',
  ]),
  ...because('An average of decimals is a decimal; DocumentDB gives a double.', [
    '$group: [{"$group":{"_id":null,"t":{"$sum":"$a"},"v":{"$avg":"$a"}}}]',
  ]),
  ...because('$count of nothing gives no document; DocumentDB gives a zero.', [
    '$sort, $skip, $limit, $sample, $count: [{"$match":{"_id":99}},{"$count":"n"}]',
  ]),
  ...because('MongoDB leaves what is over to the last bucket; DocumentDB gives it to the first.', [
    '$sortByCount, $bucket, $bucketAuto: [{"$bucketAuto":{"groupBy":"$_id","buckets":3}}]',
  ]),
  ...because('DocumentDB finds nothing by fields and variables together.', [
    '$facet, $lookup, $unionWith: [{"$match":{"_id":0}},{"$project":{"a":1}},{"$lookup":{"from":"SELF","localField":"a","foreignField":"a","let":{"me":"$_id"},"pipeline":[{"$match":{"$expr":{"$ne":["$_id","$$me"]}}},{"$project":{"a":1}}],"as":"x.y"}}]',
  ]),
  ...because('MongoDB calculates with the whole int64; DocumentDB with a double.', [
    'sums and products: {"$mod":["$long",4]}',
  ]),
  ...because('MongoDB promises no order of a set.', ['sets: {"$setUnion":[[1,2],[2,3]]}']),
  ...because('MongoDB takes any number of arguments; DocumentDB wants one.', ['documents: {"$mergeObjects":[]}']),
};

function because(reason: string, titles: readonly string[]): Record<string, string> {
  return Object.fromEntries(titles.map((title) => [title, reason]));
}
