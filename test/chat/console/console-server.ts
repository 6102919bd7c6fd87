import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { pino } from 'pino';
import { createConsoleRouter } from '../../../src/chat/console/console-router.ts';
import type { ConsoleSurface } from '../../../src/chat/console/console-surface.ts';
import { createCommandDispatcher } from '../../../src/chat/dispatcher.ts';
import { type SampleServices, sampleCommands } from './sample-commands.ts';

export interface ConsoleServer {
  port: number;
  address: string;
  services: SampleServices;
  /** The lines of the log so far. */
  log: string[];
  /** The first thing that a product does when it stops. */
  closeStreams(): void;
  stop(): Promise<void>;
}

/** The console with sample commands on a free port of the loopback interface. */
export async function startConsoleServer(
  surface: ConsoleSurface,
  options: { port?: number; services?: Partial<SampleServices> } = {},
): Promise<ConsoleServer> {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => lines.push(line) });
  const services: SampleServices = { stores: [], slow: async () => undefined, ...options.services };
  const dispatcher = createCommandDispatcher({ commands: sampleCommands, services, log });
  const router = createConsoleRouter({ surface, dispatcher, locale: 'pt-BR', log });
  const application = express();
  application.use(router);
  application.get('/healthz', (_request, response) => {
    response.json({ ok: true });
  });
  const server = createServer(application);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    address: `http://localhost:${port}`,
    services,
    log: lines,
    closeStreams: () => router.close(),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      router.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}
