import { writeFile } from 'node:fs/promises';
import { notificationTable } from './notification-docs/notification-table.ts';

/** `npm run docs`: writes what follows from the code into docs/. A test says when that was forgotten. */
await writeFile('docs/notificacoes-assiny.md', notificationTable());
