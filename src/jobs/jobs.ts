import type { DailySummaries } from '../digests/daily-summary.ts';
import type { BackgroundTask } from '../feature/background-task.ts';
import type { Job } from '../feature/job.ts';
import type { InstanceWatch } from '../watchdogs/instance-watch.ts';

/** Everything that is done on a schedule. The background tasks are woken by events too; the schedule finds what those missed. */
export function jobsOf(
  services: {
    processing: BackgroundTask;
    posting: BackgroundTask;
    sending: BackgroundTask;
    summaries: DailySummaries;
    instanceWatch: InstanceWatch;
  },
  duties: { process: boolean; post: boolean },
): Job[] {
  const processJobs: Job[] = [
    { name: 'sweep', every: '15 seconds', run: () => services.processing.run() },
    { name: 'sending', every: '5 seconds', run: () => services.sending.run() },
    { name: 'instance-watch', every: '1 minute', run: () => services.instanceWatch.run() },
    { name: 'daily-summary', every: '10 minutes', run: () => services.summaries.postDue() },
  ];
  const postJobs: Job[] = [{ name: 'chat-outbox', every: '5 seconds', run: () => services.posting.run() }];
  return [...(duties.process ? processJobs : []), ...(duties.post ? postJobs : [])];
}
