import { expect, it } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { slackManifest } from '../../../scripts/register-commands/slack.ts';
import { LOCALES } from '../../../src/text/text.ts';

it('offers every command by Socket Mode', async () => {
  const manifest = slackManifest(commands, { locale: 'pt-BR', publicUrl: null });
  await expect(`${JSON.stringify(manifest, null, 2)}\n`).toMatchFileSnapshot('./__snapshots__/slack-socket-mode.json');
});

it('sends everything to one address over HTTP', async () => {
  const manifest = slackManifest(commands, { locale: 'en', publicUrl: 'https://bot.example.com/' });
  await expect(`${JSON.stringify(manifest, null, 2)}\n`).toMatchFileSnapshot('./__snapshots__/slack-http.json');
});

it.each(LOCALES)('keeps to the limits of a manifest (%s)', (locale) => {
  const { display_information, features } = slackManifest(commands, { locale, publicUrl: null });
  expect(display_information.name.length).toBeLessThanOrEqual(35);
  expect(display_information.description.length).toBeLessThanOrEqual(140);
  expect(features.slash_commands.length).toBeLessThanOrEqual(50);
  for (const { command, description, usage_hint } of features.slash_commands) {
    expect(command).toMatch(/^\/[a-z0-9_-]{1,31}$/);
    expect(description.length).toBeLessThanOrEqual(2_000);
    expect(usage_hint.length).toBeGreaterThan(0);
    expect(usage_hint.length).toBeLessThanOrEqual(1_000);
  }
});
