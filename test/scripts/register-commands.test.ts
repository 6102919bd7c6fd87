import { afterAll, beforeAll, expect, it } from 'vitest';
import { BOT_TOKEN, type LoopbackDiscord, startLoopbackDiscord } from '../support/discord/loopback-discord.ts';
import { runScript } from '../support/script-process.ts';

let discord: LoopbackDiscord;

beforeAll(async () => {
  discord = await startLoopbackDiscord();
});
afterAll(async () => {
  await discord.stop();
});

async function register(args: string[], token = BOT_TOKEN) {
  return await runScript('register-commands', args, { DISCORD_TOKEN: token, DISCORD_API_URL: discord.apiUrl });
}

it.each([[['--gild', '1']], [['--guild']], [['--guild', 'abc']], [['--slack', '--guild', '1']], [['--http']]])(
  'says how it is meant when it is not: %j',
  async (args) => {
    const { code, output } = await register(args);
    expect(code).toBe(64);
    expect(output).toContain('npm run commands:register -- --guild ID');
    expect(output).not.toContain('    at ');
  },
);

it('says in one sentence that the token is wrong', async () => {
  const { code, output } = await register([], 'another-token');
  expect(code).toBe(64);
  expect(output.trim()).toBe(
    'Discord refuses DISCORD_TOKEN. Copy it again from the page Bot of your Discord application.',
  );
});

it('tells of what is new, and then of nothing', async () => {
  expect((await register([])).output).toContain('new      /loja');
  expect(await register([])).toMatchObject({ code: 0, output: expect.stringMatching(/^Up to date: \d+\s*$/) });
});
