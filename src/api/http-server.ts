import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Response, type Router } from 'express';
import type { Logger } from 'pino';

/** A sender that takes longer than this to send its request is not waited for. */
const REQUEST_MILLISECONDS = 30_000;

export interface HttpServer {
  port: number;
  /** Takes no new connections and waits for the requests in progress. */
  close(): Promise<void>;
}

/**
 * Serves routers on one port.
 * @param options.port 0 takes any free port
 * @throws Error with code `EADDRINUSE` when the port is taken, `EACCES` when it may not be used
 */
export async function startHttpServer(options: {
  host: string;
  port: number;
  routers: readonly Router[];
  log: Logger;
}): Promise<HttpServer> {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  for (const router of options.routers) app.use(router);
  app.use((_request, response) => notFound(response));
  app.use(lastResort(options.log));
  const server = createServer({ requestTimeout: REQUEST_MILLISECONDS }, app);
  await listen(server, options.host, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function notFound(response: Response): void {
  response.status(404).json({ error: 'not_found', message: 'Não há nada neste endereço.' });
}

function lastResort(log: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    // The router's own complaint about a path with a broken percent sign.
    if (error instanceof URIError) return notFound(response);
    // The path may hold a webhook token, so the log line names only the first part of it.
    log.error({ err: error, area: request.path.split('/')[1] }, 'A request failed');
    response
      .status(500)
      .json({ error: 'unexpected', message: 'Algo deu errado por aqui. Tente de novo em um minuto.' });
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
