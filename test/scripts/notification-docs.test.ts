import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { notificationTable } from '../../scripts/notification-docs/notification-table.ts';

it('docs/notificacoes-assiny.md says what the catalogue says; `npm run docs` writes it anew', async () => {
  expect(await readFile('docs/notificacoes-assiny.md', 'utf8')).toBe(notificationTable());
});
