import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import type { RefusalReason } from '../deliveries/refusal-counter.ts';
import type { Intake, IntakeResult } from './intake.ts';

const MAXIMUM_BODY_BYTES = 1024 * 1024;
const RETRY_AFTER_SECONDS = 30;

/** What a sender is told, in the language of the people who read a checkout's webhook log. */
export const REFUSALS: Record<RefusalReason, { status: number; message: string }> = {
  body_empty: { status: 400, message: 'O corpo veio vazio. Envie o JSON do evento.' },
  body_not_json: { status: 400, message: 'O corpo não é JSON. Envie o JSON do evento.' },
  body_not_object: { status: 400, message: 'O JSON precisa ser um objeto com “event” e “data”.' },
  body_too_large: { status: 413, message: 'O corpo passa de 1 MB. Envie um evento por vez.' },
  content_type: { status: 415, message: 'Envie com o cabeçalho Content-Type: application/json.' },
  content_encoding: {
    status: 415,
    message: 'Não deu para descomprimir o corpo. Envie o JSON sem compressão.',
  },
  secret_header: {
    status: 401,
    message: 'O cabeçalho secreto desta loja faltou ou está errado. Confira-o no webhook da Assiny.',
  },
  receipt: {
    status: 401,
    message: 'O aviso não traz a assinatura ou o segredo desta instância. Confira-o no provedor.',
  },
};

/** `POST /webhooks/:platform/:token`: answers 2xx only after the delivery is durable, and never redirects. */
export function createWebhookRouter(dependencies: { intake: Intake }): Router {
  const { intake } = dependencies;
  const router = express.Router({ strict: false });
  const readBody = express.raw({ type: () => true, limit: MAXIMUM_BODY_BYTES });

  router.post('/webhooks/:platform/:token', readBody, async (request: Request, response: Response) => {
    const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const contentType = request.headers['content-type'];
    const headers = pairs(request.rawHeaders);
    answer(response, await intake.accept({ ...address(request), headers, contentType, rawBody }));
  });

  router.all('/webhooks/:platform/:token', (_request, response) => {
    response.set('Allow', 'POST');
    fail(response, 405, 'method_not_allowed', 'Esta URL só recebe webhooks por POST. Cole-a no webhook da Assiny.');
  });

  const unreadable: ErrorRequestHandler = async (error, request, response, next) => {
    if (response.headersSent || !isBodyError(error)) return next(error);
    if (error.type === 'request.aborted') return;
    const { platform, token } = address(request);
    const reason = error.status === 413 ? 'body_too_large' : 'content_encoding';
    answer(response, await intake.refuse(platform, token, reason));
  };
  router.use('/webhooks/:platform/:token', unreadable);
  return router;
}

function address(request: Request): { platform: string; token: string } {
  const { platform, token } = request.params;
  return { platform: String(platform), token: String(token) };
}

function answer(response: Response, result: IntakeResult): void {
  switch (result.status) {
    case 'stored':
      response.status(200).json({ ok: true, delivery: result.deliveryId, duplicate: result.duplicate });
      return;
    case 'unknown_store':
      fail(response, 404, 'store_unknown', 'Nenhuma loja tem esta URL. Copie a URL atual com /loja webhook.');
      return;
    case 'unavailable':
      response.set('Retry-After', String(RETRY_AFTER_SECONDS));
      fail(response, 503, 'unavailable', 'Não foi possível guardar agora. Tente de novo em instantes.');
      return;
    case 'refused': {
      const { status, message } = REFUSALS[result.reason];
      fail(response, status, result.reason, message);
    }
  }
}

function fail(response: Response, status: number, error: string, message: string): void {
  response.status(status).json({ ok: false, error, message });
}

interface BodyError {
  /** 4xx */
  status: number;
  /** Such as `entity.too.large` or `encoding.unsupported`; what zlib complains of has none. */
  type?: string;
}

/** Errors of the body reader, which are the sender's doing. */
function isBodyError(error: unknown): error is BodyError {
  return error instanceof Error && 'status' in error && Number(error.status) >= 400 && Number(error.status) < 500;
}

/** Name and value of each header as they came on the wire. */
function pairs(rawHeaders: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return headers;
}
