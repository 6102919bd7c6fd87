import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import type { Logger } from 'pino';
import type { RefusalCounter } from '../deliveries/refusal-counter.ts';
import type { Instance, InstanceService } from '../instances/instance-service.ts';
import type { Receipts } from '../messages/receipts.ts';
import { answerHandshake, readWebhook } from '../senders/registry.ts';
import { REFUSALS } from './webhook-router.ts';

/** Evolution puts pictures that buyers send into its webhooks. */
const MAXIMUM_BODY_BYTES = 16 * 1024 * 1024;
const RETRY_AFTER_SECONDS = 30;
/** Evolution adds the event's name to the address where it is told to: `/messages-update`. */
const PATHS = ['/webhooks/whatsapp/:token', '/webhooks/whatsapp/:token/*event'];

/** Where WhatsApp providers report what became of messages. A call that is not theirs is answered 401, and counted for the instance's stores. */
export function createReceiptRouter(dependencies: {
  instances: InstanceService;
  receipts: Receipts;
  refusals: RefusalCounter;
  log: Logger;
}): Router {
  const { instances, receipts, refusals, log } = dependencies;
  const router = express.Router();
  const readBody = express.raw({ type: () => true, limit: MAXIMUM_BODY_BYTES });

  /** Answers itself where there is no such instance or the database is away. */
  function forInstance(handle: (instance: Instance, request: Request, response: Response) => Promise<void>) {
    return async (request: Request, response: Response): Promise<void> => {
      try {
        const instance = await instances.ofWebhookToken(String(request.params.token));
        if (instance) await handle(instance, request, response);
        else
          fail(
            response,
            404,
            'instance_unknown',
            'Nenhuma instância tem esta URL. Copie a URL atual com /instancia ver.',
          );
      } catch (error) {
        log.error({ err: error }, 'A provider’s webhook could not be taken; the provider may try again');
        response.set('Retry-After', String(RETRY_AFTER_SECONDS));
        fail(response, 503, 'unavailable', 'Não foi possível guardar agora. Tente de novo em instantes.');
      }
    };
  }

  async function refuse({ storeIds }: Instance, response: Response): Promise<void> {
    for (const storeId of storeIds) await refusals.count(storeId, 'receipt');
    const { status, message } = REFUSALS.receipt;
    fail(response, status, 'receipt', message);
  }

  router.get(
    PATHS,
    forInstance(async (instance, request, response) => {
      const answer = answerHandshake(await instances.credentialsOf(instance.id), request.query);
      if (answer === null) await refuse(instance, response);
      else response.type('text/plain').send(answer);
    }),
  );

  router.post(
    PATHS,
    readBody,
    forInstance(async (instance, request, response) => {
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const content = readWebhook(await instances.credentialsOf(instance.id), request.headers, rawBody);
      if (content === 'refused') {
        await refuse(instance, response);
        return;
      }
      await receipts.take(instance, content);
      response.status(200).json({ ok: true });
    }),
  );

  const unreadable: ErrorRequestHandler = (error, _request, response, next) => {
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
    if (response.headersSent || status < 400 || status >= 500) return next(error);
    fail(response, status, 'body_unreadable', 'Não deu para ler o corpo. Envie JSON de até 16 MB.');
  };
  router.use('/webhooks/whatsapp', unreadable);
  return router;
}

function fail(response: Response, status: number, error: string, message: string): void {
  response.status(status).json({ ok: false, error, message });
}
