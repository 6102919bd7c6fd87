import { z } from 'zod';
import { defineRoute, type Route } from '../feature/route.ts';
import { amountSchema, idParams, noBody } from '../feature/route-schemas.ts';
import type { StoreService } from '../stores/store-service.ts';
import { localDay } from '../text/local-time.ts';
import { checkPeriod, type Period } from './period.ts';
import { reportCsv } from './report-csv.ts';
import type { StoreReports } from './store-report.ts';

const countSchema = z.int().min(0);
const countAndAmountSchema = z.strictObject({ count: countSchema, amount: amountSchema });
const chargeSchema = z.strictObject({ generated: countSchema, paid: countSchema });

const currencyReportSchema = z
  .strictObject({
    currency: z.string(),
    orders: countSchema.describe('Orders by the day they were paid, whatever became of them later.'),
    gross: amountSchema,
    fees: amountSchema,
    net: amountSchema,
    averageTicket: amountSchema,
    refunds: countAndAmountSchema,
    chargebacks: countAndAmountSchema,
    refundRequests: countSchema,
    refused: countSchema,
    carts: countSchema,
    pix: chargeSchema,
    boleto: chargeSchema,
    card: z.strictObject({ paid: countSchema }),
    products: z.array(
      z.strictObject({ productId: z.string(), name: z.string(), orders: countSchema, gross: amountSchema }),
    ),
  })
  .meta({ id: 'CurrencyReport' });

const daySchema = z.iso.date();

const reportSchema = z
  .strictObject({
    from: daySchema,
    to: daySchema,
    timezone: z.string(),
    currencies: z.array(currencyReportSchema).describe('Sums never cross currencies. The store’s own comes first.'),
  })
  .meta({ id: 'Report' });

const reportQuery = z.strictObject({
  from: daySchema.describe('First day, by the store’s calendar. Without it: the last day.').optional(),
  to: daySchema.describe('Last day, included. Without it: today.').optional(),
  format: z.enum(['json', 'csv']).describe('Wins over the `Accept` header.').optional(),
});

/** The admin API's route about reports. */
export function reportRoutes(dependencies: { stores: StoreService; reports: StoreReports; now?: () => Date }): Route[] {
  const { stores, reports, now = () => new Date() } = dependencies;
  return [
    defineRoute({
      method: 'get',
      path: '/stores/:id/reports',
      summary: 'Report what a store sold in a period',
      description:
        'As CSV, each currency has one row `total` and then one row `product` for each product, whose columns after `gross` are empty: filter by the column `row` before adding up. Amounts are centavos. Texts that a spreadsheet would run as a formula begin with an apostrophe.',
      params: idParams,
      query: reportQuery,
      body: noBody,
      status: 200,
      response: reportSchema,
      csv: true,
      async handle({ caller, params, query, accepts }) {
        const store = await stores.get(caller.workspaceId, params.id);
        const period = periodOf(query, localDay(now(), store.timezone));
        const report = await reports.report(store, period);
        const wantsCsv = query.format === undefined ? accepts === 'text/csv' : query.format === 'csv';
        if (!wantsCsv) return { json: report };
        const fileName = `report-${store.id}-${period.from}-${period.to}.csv`;
        return { text: reportCsv(report), contentType: 'text/csv', fileName };
      },
    }),
  ];
}

/** @throws ProductError `period_reversed`, `period_long` */
function periodOf({ from, to }: z.output<typeof reportQuery>, today: string): Period {
  const last = to ?? today;
  return checkPeriod({ from: from ?? last, to: last });
}
