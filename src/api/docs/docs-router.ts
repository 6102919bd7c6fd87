import { createHash } from 'node:crypto';
import express, { type Router } from 'express';
import type { ApiDescription } from '../api-description.ts';
import { docsPage } from './docs-page.ts';

/** `/api/docs`: what the admin API can do. It needs no key, for it tells nothing of any store. */
export function createDocsRouter(description: ApiDescription): Router {
  const { page, style } = docsPage(description);
  const styleHash = createHash('sha256').update(style).digest('base64');
  const router = express.Router();
  router.get('/api/docs', (_request, response) => {
    response
      .set({
        'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
      })
      .type('html')
      .send(page);
  });
  return router;
}
