import { z } from 'zod';
import { defineRoute, type Route } from '../feature/route.ts';
import { idParams, noBody } from '../feature/route-schemas.ts';
import type { StoreService } from '../stores/store-service.ts';
import { LOCALES, type Locale } from '../text/text.ts';
import { CHECKLIST_ITEMS, type ChecklistService } from './checklist-service.ts';

const checklistSchema = z
  .strictObject({
    ready: z.boolean().describe('True when nothing is blocked.'),
    items: z.array(
      z.strictObject({
        id: z.enum(CHECKLIST_ITEMS),
        label: z.string(),
        status: z.enum(['ok', 'attention', 'blocked', 'waiting']),
        seen: z.string(),
        remedy: z.string().nullable().describe('What to do; null when there is nothing to do.'),
      }),
    ),
  })
  .meta({ id: 'Checklist' });

/** @param dependencies.locale of the sentences, unless the query names another */
export function checklistRoutes(dependencies: {
  stores: StoreService;
  checklist: ChecklistService;
  locale: Locale;
}): Route[] {
  const { stores, checklist, locale } = dependencies;
  return [
    defineRoute({
      method: 'get',
      path: '/stores/:id/checklist',
      summary: 'Say whether a store is ready, item by item, with the remedy for each that is not',
      params: idParams,
      query: z.strictObject({ locale: z.enum(LOCALES).optional() }),
      body: noBody,
      status: 200,
      response: checklistSchema,
      async handle({ caller, params, query }) {
        const store = await stores.get(caller.workspaceId, params.id);
        return { json: await checklist.check(store, query.locale ?? locale) };
      },
    }),
  ];
}
