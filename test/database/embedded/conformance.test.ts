import { type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asText, type Case, fails, outcomeOfCase } from './conformance/case.ts';
import { fieldCases } from './conformance/command-fields.ts';
import {
  commandCases,
  cursorCases,
  findAndModifyCases,
  indexCases,
  insertCases,
  updateCases,
} from './conformance/commands.ts';
import { expressionCases } from './conformance/expressions.ts';
import { findCases } from './conformance/filters.ts';
import { JUDGE_DIFFERENCES } from './conformance/judge-differences.ts';
import { aggregateCases, outputCases, pipelineCases } from './conformance/pipelines.ts';
import { stageCases } from './conformance/stages.ts';
import { arrayFilterCases, updateOperatorCases } from './conformance/update-operators.ts';
import { type EngineUnderTest, startEngine } from './engine-under-test.ts';

/** The tables of MongoDB's behaviour, on the engine and, when `TEST_MONGODB_URI` names a server, on that as well. */
const AREAS: Readonly<Record<string, readonly Case[]>> = {
  'update operators': updateOperatorCases,
  'array filters': arrayFilterCases,
  find: findCases,
  insert: insertCases,
  'update and delete': updateCases,
  findAndModify: findAndModifyCases,
  pipelines: pipelineCases,
  stages: stageCases,
  expressions: expressionCases,
  aggregate: aggregateCases,
  '$merge and $out': outputCases,
  indexes: indexCases,
  cursors: cursorCases,
  commands: commandCases,
  'fields of commands': fieldCases,
};

let engine: EngineUnderTest;
let judge: { client: MongoClient; db: Db } | undefined;

beforeAll(async () => {
  engine = await startEngine();
  if (!process.env.TEST_MONGODB_URI) return;
  const client = await MongoClient.connect(process.env.TEST_MONGODB_URI);
  judge = { client, db: client.db(`conformance_${process.pid}`) };
});
afterAll(async () => {
  await judge?.db.dropDatabase();
  await judge?.client.close();
  await engine?.stop();
});

/** Codes that DocumentDB's gateway lets through from PostgreSQL (its states M0001, M0003, M0004), and what they stand for. */
const POSTGRES_CODES: Readonly<Record<string, string>> = { 16777245: '2', 50331677: '9', 67108893: '14' };
/** It does not say which key was taken. */
const WHICH_KEY = /^(\{"code":\{"\$numberInt":"11000"\}).*$/;
/** UnknownError: of some errors the gateway says no more. */
const ANY_ERROR = asText(fails(8));

function sameAsJudge(expected: string, judged: string): boolean {
  if (judged === ANY_ERROR) return expected.startsWith('{"code":');
  const plain = (text: string): string =>
    text
      .replaceAll(/(?<="code":\{"\$numberInt":")\d+/g, (code) => POSTGRES_CODES[code] ?? code)
      .replace(WHICH_KEY, '$1}');
  return plain(judged) === plain(expected);
}

let serial = 0;

async function outcomeOn(db: Db, given: Case): Promise<string> {
  serial += 1;
  const collection = db.collection(`case_${serial}`);
  const outcome = await outcomeOfCase(collection, given);
  await collection.drop();
  return outcome;
}

test.each(Object.entries(AREAS))(
  '%s: the engine and the server of TEST_MONGODB_URI do what MongoDB does',
  async (area, cases) => {
    const wrong: string[] = [];
    let compared = 0;
    let explained = 0;
    for (const given of cases) {
      const expected = asText(given.expected);
      const outcome = await outcomeOn(engine.db, given);
      if (outcome !== expected) wrong.push(`${given.title}\n  engine   ${outcome}\n  expected ${expected}`);
      if (!judge) continue;
      compared += 1;
      const judged = await outcomeOn(judge.db, given);
      if (sameAsJudge(expected, judged)) continue;
      if (given.title in JUDGE_DIFFERENCES) explained += 1;
      else wrong.push(`${given.title}\n  judge    ${judged}\n  expected ${expected}`);
    }
    const judgement =
      judge && `, ${compared} compared with the server of TEST_MONGODB_URI (${explained} known differences)`;
    process.stdout.write(`${area}: ${cases.length} fixed cases${judgement ?? ''}\n`);
    expect(wrong.join('\n')).toBe('');
  },
);

test('every difference that is listed is one of a case', () => {
  const titles = Object.values(AREAS).flatMap((cases) => cases.map(({ title }) => title));
  expect(Object.keys(JUDGE_DIFFERENCES).filter((title) => !titles.includes(title))).toEqual([]);
});
