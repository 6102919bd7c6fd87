import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';

/** Folders from the bottom up. A folder may import those below it; the features of one row also each other, without cycles. */
const BOTTOM = ['src/database', 'src/text', 'src/config.ts', 'src/feature'];
const ADAPTERS = ['src/chat/[^/]+\\.ts', 'src/platforms', 'src/senders'];
const FEATURES = [
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
      from: { path: '^(src|commands)', pathNot: '^src/(api|ingest|chat/console)/' },
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

async function check(paths: string[]): Promise<ICruiseResult> {
  const { output } = await cruise(paths, {
    ruleSet,
    validate: true,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  });
  if (typeof output === 'string') throw new Error('expected a result, not text');
  return output;
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

  it('are seen to be broken where they are', async () => {
    const { summary } = await check(['test/support/import-rules']);
    expect(summary.violations.map(({ rule }) => rule.name)).toContain('no-cycles');
  });
});
