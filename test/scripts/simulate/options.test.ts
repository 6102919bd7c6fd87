import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readOptions, USAGE } from '../../../scripts/simulate/options.ts';
import { SCENARIOS } from '../../../scripts/simulate/scenarios.ts';
import { SimulatorError } from '../../../scripts/simulate/simulator-error.ts';

const withKey = { ADMIN_API_KEY: 'a-key-of-some-length' };

describe('the options of the simulator', () => {
  it('need no more than the store', () => {
    expect(readOptions(['--store', 'Curso de Violão'], withKey, () => 0.5)).toEqual({
      store: 'Curso de Violão',
      scenario: 'launch',
      count: 200,
      rate: 20,
      seed: 2 ** 31,
      url: 'http://localhost:3000',
      key: 'a-key-of-some-length',
      keepGoing: false,
      messages: false,
    });
  });

  it('win over the environment, and the key comes from the data directory at last', () => {
    const directory = mkdtempSync(join(tmpdir(), 'sininho-simulate-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    writeFileSync(join(directory, 'admin-api-key'), 'from-the-disk\n');
    const environment = { DATA_DIR: directory, PORT: '3155' };
    expect(readOptions(['--store', 'x'], environment)).toMatchObject({
      key: 'from-the-disk',
      url: 'http://localhost:3155',
    });
    const line = [
      '--store=x',
      '--key=typed',
      '--url=https://bot.example.com/',
      '--seed=7',
      '--rate=0.5',
      '--keep-going',
      '--messages',
    ];
    expect(readOptions(line, { ...environment, ...withKey })).toMatchObject({
      key: 'typed',
      url: 'https://bot.example.com',
      seed: 7,
      rate: 0.5,
      keepGoing: true,
      messages: true,
    });
  });

  it('name every scenario in the help', () => {
    expect(readOptions(['--help'], {})).toBeNull();
    for (const scenario of SCENARIOS) expect(USAGE).toContain(scenario);
  });

  it.each([
    { line: [], says: '--store is missing' },
    { line: ['--store', ''], says: '--store is empty' },
    { line: ['--store', 'x', '--scenario', 'lunch'], says: 'use one of launch, day' },
    { line: ['--store', 'x', '--count', '0'], says: '--count must be a whole number from 1' },
    { line: ['--store', 'x', '--count', '1.5'], says: 'for example --count 200' },
    { line: ['--store', 'x', '--count', '99999999999'], says: '--count must be' },
    { line: ['--store', 'x', '--rate', '0'], says: '--rate must be a number' },
    { line: ['--store', 'x', '--rate', 'fast'], says: 'for example --rate 20' },
    { line: ['--store', 'x', '--seed', '-1'], says: '--seed' },
    { line: ['--store', 'x', '--url', 'localhost:3000'], says: 'for example --url http://localhost:3000' },
    { line: ['--store', 'x', '--count', '1000000', '--rate', '1'], says: 'raise --rate' },
    { line: ['--store', 'x', '--sotre', 'y'], says: '--help' },
    { line: ['--store', 'x', 'launch'], says: '--help' },
  ])('that are wrong get one sentence: $line', ({ line, says }) => {
    const read = () => readOptions(line, withKey);
    expect(read).toThrow(SimulatorError);
    expect(read).toThrow(says);
    expect(read).toThrow(/^[^\n]+\.$/);
  });

  it('say where the key was looked for when there is none', () => {
    expect(() => readOptions(['--store', 'x'], { DATA_DIR: '/nowhere' })).toThrow('/nowhere/admin-api-key');
  });
});
