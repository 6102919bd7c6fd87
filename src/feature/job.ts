/** Work that is done on a schedule, as plain data. A run may be repeated or overlap with another process's: it must bear both. */
export interface Job {
  name: string;
  /** As Agenda reads it: `5 seconds`, `15 minutes`, or a cron line. */
  every: string;
  run(): Promise<void>;
}
