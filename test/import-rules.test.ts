import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';

/** Folders from the bottom up. A folder may import those below it; the features of one row also each other, without cycles. */
const BOTTOM = ['src/database', 'src/text', 'src/config.ts', 'src/feature'];
const ADAPTERS = ['src/chat/[^/]+\\.ts', 'src/platforms', 'src/senders'];
const FEATURES = [
  'src/access',
  'src/stores',
  'src/deliveries',
  'src/events',
  'src/orders',
  'src/messages',
  'src/instances',
  'src/alerts',
  'src/digests',
  'src/reports',
  'src/checklist',
  'src/watchdogs',
  'src/privacy',
];
const SURFACES = [
  'commands',
  'src/api',
  'src/ingest',
  'src/pipeline',
  'src/jobs',
  'src/chat/slack',
  'src/chat/discord',
  'src/chat/console',
];
const COMPOSITION = ['src/(main|start|services|background|metrics)\\.ts'];

const below = (folders: readonly string[]) => `^(${folders.join('|')})`;

const ruleSet: IFlattenedRuleSet = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'the-bottom-imports-no-folder-above',
      severity: 'error',
      from: { path: below(BOTTOM) },
      to: { path: below([...ADAPTERS, ...FEATURES, ...SURFACES, ...COMPOSITION]) },
    },
    {
      name: 'adapters-import-no-feature',
      severity: 'error',
      from: { path: below(ADAPTERS) },
      to: { path: below([...FEATURES, ...SURFACES, ...COMPOSITION]) },
    },
    {
      name: 'features-import-no-surface',
      severity: 'error',
      from: { path: below(FEATURES) },
      to: { path: below([...SURFACES, ...COMPOSITION]) },
    },
    {
      name: 'surfaces-import-no-composition',
      severity: 'error',
      from: { path: below(SURFACES) },
      to: { path: below(COMPOSITION) },
    },
    {
      name: 'surfaces-do-not-import-each-other',
      severity: 'error',
      from: { path: `^(${SURFACES.join('|')})/` },
      to: { path: below(SURFACES), pathNot: '^$1/' },
    },
    {
      name: 'the-engine-stands-alone',
      severity: 'error',
      from: { path: '^src/database/embedded' },
      to: { path: '^(src|commands)', pathNot: '^src/database/embedded' },
    },
    {
      name: 'chat-sdks-stay-in-their-adapter',
      severity: 'error',
      from: { path: '^(src|commands)', pathNot: '^src/chat/(slack|discord)' },
      to: { path: 'node_modules/(@slack|discord\\.js|@discordjs|discord-api-types)' },
    },
    {
      name: 'express-stays-at-the-edge',
      severity: 'error',
      from: { path: '^(src|commands)', pathNot: '^src/(api|ingest|chat/(console|slack|discord))/' },
      to: { path: 'node_modules/(@types/)?express' },
    },
    {
      name: 'agenda-stays-in-jobs',
      severity: 'error',
      from: { path: '^(src|commands)', pathNot: '^src/jobs/' },
      to: { path: 'node_modules/(agenda|@agendajs)' },
    },
    {
      name: 'the-product-imports-no-tests-or-scripts',
      severity: 'error',
      from: { path: '^(src|commands)' },
      to: { path: '^(test|scripts)' },
    },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
};

async function check(paths: string[], directory = process.cwd()): Promise<ICruiseResult> {
  const { output } = await cruise(paths, {
    ruleSet,
    validate: true,
    baseDir: directory,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  });
  if (typeof output === 'string') throw new Error('expected a result, not text');
  return output;
}

/** For each rule, imports that break it: who imports what. */
const BREACHES: [rule: string, from: string, to: string][] = [
  ['no-cycles', 'src/stores/left.ts', 'src/stores/right.ts'],
  ['the-bottom-imports-no-folder-above', 'src/text/money.ts', 'src/stores/store.ts'],
  ['the-bottom-imports-no-folder-above', 'src/config.ts', 'src/chat/message.ts'],
  ['adapters-import-no-feature', 'src/chat/outbox.ts', 'src/alerts/alert.ts'],
  ['adapters-import-no-feature', 'src/platforms/assiny/assiny.ts', 'src/orders/order.ts'],
  ['features-import-no-surface', 'src/stores/store.ts', 'src/api/router.ts'],
  ['features-import-no-surface', 'src/orders/order.ts', 'commands/loja.ts'],
  ['surfaces-import-no-composition', 'src/api/router.ts', 'src/services.ts'],
  ['surfaces-do-not-import-each-other', 'src/ingest/intake.ts', 'src/pipeline/pipeline.ts'],
  ['surfaces-do-not-import-each-other', 'src/chat/slack/slack.ts', 'src/chat/discord/discord.ts'],
  ['the-engine-stands-alone', 'src/database/embedded/engine.ts', 'src/database/page.ts'],
  ['chat-sdks-stay-in-their-adapter', 'src/alerts/alert.ts', 'node_modules/@slack/bolt/index.js'],
  ['chat-sdks-stay-in-their-adapter', 'commands/loja.ts', 'node_modules/discord.js/index.js'],
  ['express-stays-at-the-edge', 'src/stores/store.ts', 'node_modules/express/index.js'],
  ['agenda-stays-in-jobs', 'src/pipeline/pipeline.ts', 'node_modules/agenda/index.js'],
  ['the-product-imports-no-tests-or-scripts', 'src/orders/order.ts', 'scripts/simulate.ts'],
];

/** A source tree with that one import in it, and one back again for a cycle. */
async function writeBreach(directory: string, rule: string, from: string, to: string): Promise<void> {
  const specifier = (importer: string, imported: string) =>
    `export * from '${relative(dirname(importer), imported).replace(/^(?!\.)/, './')}';\n`;
  for (const path of [from, to]) await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, to), rule === 'no-cycles' ? specifier(to, from) : 'export {};\n');
  await writeFile(join(directory, from), specifier(from, to));
}

describe('the import rules', () => {
  it('are kept by every module', async () => {
    const { summary, modules } = await check(['src', 'commands']);
    const looked = modules.filter(({ source }) => /^(src|commands)\//.test(source));
    expect(looked.length).toBeGreaterThan(50);
    expect(looked.some(({ dependencies }) => dependencies.some(({ resolved }) => resolved.startsWith('src/')))).toBe(
      true,
    );
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });

  it.each(BREACHES)('%s: is seen where %s imports %s', async (rule, from, to) => {
    const directory = await mkdtemp(join(tmpdir(), 'sininho-imports-'));
    await writeBreach(directory, rule, from, to);
    const { summary } = await check([from], directory);
    expect(summary.violations.map(({ rule: broken }) => broken.name)).toContain(rule);
    await rm(directory, { recursive: true });
  });

  it('sees an import that leads nowhere', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'sininho-imports-'));
    await mkdir(join(directory, 'src'));
    await writeFile(join(directory, 'src/lost.ts'), "export * from './nowhere.ts';\n");
    const { summary } = await check(['src'], directory);
    expect(summary.violations.map(({ rule }) => rule.name)).toEqual(['everything-resolves']);
    await rm(directory, { recursive: true });
  });

  it('each have a breach that proves them', () => {
    const proven = new Set([...BREACHES.map(([rule]) => rule), 'everything-resolves']);
    expect(ruleSet.forbidden?.map(({ name }) => name).filter((name) => !proven.has(name ?? ''))).toEqual([]);
  });
});
