import { z } from 'zod';
import { defineRoute, type Route } from '../feature/route.ts';
import { idParams, noBody } from '../feature/route-schemas.ts';
import type { InstanceService } from '../instances/instance-service.ts';
import { localDay } from '../text/local-time.ts';
import type { InstanceReports } from './instance-report.ts';
import { MESSAGE_STATUSES } from './message-model.ts';

const daySchema = z.iso.date();

const reportSchema = z
  .strictObject({
    from: daySchema,
    to: daySchema,
    timezone: z.string(),
    counts: z
      .array(z.strictObject({ status: z.enum(MESSAGE_STATUSES), reason: z.string().nullable(), count: z.int().min(1) }))
      .describe('Each message is counted once, by the status that it has now.'),
  })
  .meta({ id: 'InstanceReport' });

/** The admin API's route about what became of an instance's messages. */
export function instanceReportRoutes(dependencies: {
  instances: InstanceService;
  instanceReports: InstanceReports;
  now?: () => Date;
}): Route[] {
  const { instances, instanceReports, now = () => new Date() } = dependencies;
  return [
    defineRoute({
      method: 'get',
      path: '/instances/:id/reports',
      summary: 'Report what became of the messages that were planned in a period and went through an instance',
      params: idParams,
      query: z.strictObject({
        from: daySchema.describe('First day, by the instance’s calendar. Without it: the last day.').optional(),
        to: daySchema.describe('Last day, included. Without it: today.').optional(),
      }),
      body: noBody,
      status: 200,
      response: reportSchema,
      async handle({ caller: { workspaceId }, params, query }) {
        const { id, timezone } = await instances.get(workspaceId, params.id);
        const to = query.to ?? localDay(now(), timezone);
        const report = await instanceReports.report(workspaceId, { from: query.from ?? to, to }, timezone);
        const counts = report.instances.find(({ instance }) => instance?.id === id)?.counts ?? [];
        return { json: { from: report.from, to: report.to, timezone, counts } };
      },
    }),
  ];
}
