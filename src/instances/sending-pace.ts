import { addDays, dayOfWeek, type LocalDay, localDay, momentOfDay, startOfDay } from '../text/local-time.ts';
import type { InstancePace, SentToday, WarmUp, WorkingHours } from './instance-model.ts';

/** Longer than any gap that working hours can make. */
const DAYS_TO_LOOK_AHEAD = 8;
/** A day of work takes at most a turn to send and one to wait. */
const LONGEST_ESTIMATE_TURNS = 2 * 366;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1_000;
/** A rest that is said to last longer was noted by a clock that has been put back since. */
const LONGEST_REST_MILLISECONDS = 60 * 60_000;
/** So much of an interval, a twentieth, may a message be late and the next one still be on time. */
const LATENESS = 0.05;

/** How an instance is paced and what it has sent, as far as that says when it may send again. */
export interface SendingState extends InstancePace {
  today: SentToday;
  /** The interval after the last message. */
  nextSendAt: Date;
  restUntil: Date | null;
}

/** What an instance may do at a moment: send so many messages at once, or nothing until later. */
export type SendingChance = { room: number } | { nextAt: Date };

/**
 * Whether an instance may send now, by its working hours, its interval, its daily limit and its warm-up, in its own time zone, and by
 * what its provider asked for. A moment that lies further ahead than it can is taken for the trace of a clock that has been put back.
 */
export function sendingChance(pace: SendingState, now: Date): SendingChance {
  const opensAt = nextOpening(pace, now);
  if (opensAt > now) return { nextAt: opensAt };
  const { day, count } = addedTo(pace, now, 0);
  const left = limitOf(pace, day) - count;
  if (left <= 0) return { nextAt: nextOpening(pace, startOfDay(addDays(day, 1), pace.timezone)) };
  if (isAhead(pace.restUntil, now, LONGEST_REST_MILLISECONDS)) return { nextAt: pace.restUntil };
  if (isAhead(pace.nextSendAt, now, pace.intervalMilliseconds)) return { nextAt: pace.nextSendAt };
  return { room: pace.intervalMilliseconds > 0 ? 1 : left };
}

function isAhead(moment: Date | null, now: Date, farthest: number): moment is Date {
  return moment !== null && moment > now && moment.getTime() - now.getTime() <= farthest;
}

/**
 * When the message after one that leaves now may leave. What it takes to find out that a message may leave does not add to the interval;
 * a longer delay does, so that nothing is made up for in a burst.
 */
export function nextSend({ nextSendAt, intervalMilliseconds }: SendingState, now: Date): Date {
  const late = now.getTime() - nextSendAt.getTime();
  const from = late >= 0 && late <= intervalMilliseconds * LATENESS ? nextSendAt : now;
  return new Date(from.getTime() + intervalMilliseconds);
}

/** The most messages on a day: the daily limit or, while it is lower, what the warm-up allows. */
export function limitOf({ dailyLimit, warmUp }: Pick<InstancePace, 'dailyLimit' | 'warmUp'>, day: LocalDay): number {
  return Math.min(dailyLimit ?? Infinity, warmUp ? warmUpLimit(warmUp, day) : Infinity);
}

function warmUpLimit({ startedOn, first, growth }: WarmUp, day: LocalDay): number {
  const days = Math.max(0, (Date.parse(day) - Date.parse(startedOn)) / DAY_MILLISECONDS);
  return Math.floor(first * growth ** days);
}

/** The first moment from `from` on that is within the working hours. */
function nextOpening({ hours, timezone }: Pick<InstancePace, 'hours' | 'timezone'>, from: Date): Date {
  if (!hours) return from;
  const today = localDay(from, timezone);
  // Yesterday's night shift may still be open.
  for (let days = -1; days < DAYS_TO_LOOK_AHEAD; days += 1) {
    const day = addDays(today, days);
    const opening = openingOn(day, hours, timezone);
    if (opening && opening.to > from) return opening.from > from ? opening.from : from;
  }
  throw new Error('Working hours need at least one day of the week');
}

/** The hours that begin on a day; those that end before they begin end on the next one. */
function openingOn(day: LocalDay, { from, to, days }: WorkingHours, timezone: string) {
  if (!days.includes(dayOfWeek(day))) return null;
  const lastDay = to < from ? addDays(day, 1) : day;
  return { from: momentOfDay(day, from, timezone), to: momentOfDay(lastDay, to, timezone) };
}

/**
 * When the last of so many messages leaves, if nothing else comes: day by day through interval, limits and working hours.
 * @returns null when nothing is queued, or that is more than a year away
 */
export function estimatedEnd(pace: SendingState, queued: number, now: Date): Date | null {
  let state = { ...pace };
  let at = now;
  let left = queued;
  for (let turns = 0; left > 0 && turns < LONGEST_ESTIMATE_TURNS; turns += 1) {
    const chance = sendingChance(state, at);
    if ('nextAt' in chance) {
      at = chance.nextAt;
      continue;
    }
    const sent = Math.min(left, sentInOneGo(state, at));
    left -= sent;
    const last = new Date(at.getTime() + (sent - 1) * pace.intervalMilliseconds);
    if (left === 0) return last;
    const nextSendAt = new Date(last.getTime() + pace.intervalMilliseconds);
    state = { ...state, today: addedTo(state, at, sent), nextSendAt };
    at = nextSendAt;
  }
  return null;
}

/** How many messages leave from a moment on, at least one, before the hours, the day or its limit are over. */
function sentInOneGo(pace: InstancePace & { today: SentToday }, at: Date): number {
  const { day, count } = addedTo(pace, at, 0);
  const room = limitOf(pace, day) - count;
  if (pace.intervalMilliseconds === 0) return room;
  const open = closingAfter(pace, at).getTime() - at.getTime();
  return Math.min(room, Math.ceil(open / pace.intervalMilliseconds));
}

/**
 * The day's count with so many more. A day that has begun is not left for the one before it, neither by a clock that is put back nor by a
 * time zone further west: its messages would be allowed twice. One that is further ahead was never right.
 */
export function addedTo(
  { today, timezone }: { today: SentToday; timezone: string },
  at: Date,
  sent: number,
): SentToday {
  const day = localDay(at, timezone);
  const isCurrent = today.day === day || today.day === addDays(day, 1);
  return isCurrent ? { day: today.day, count: today.count + sent } : { day, count: sent };
}

/** The end of the working hours, or of the day, that a moment is in. */
function closingAfter({ hours, timezone }: Pick<InstancePace, 'hours' | 'timezone'>, at: Date): Date {
  const day = localDay(at, timezone);
  const endOfDay = startOfDay(addDays(day, 1), timezone);
  if (!hours) return endOfDay;
  const openings = [addDays(day, -1), day].map((first) => openingOn(first, hours, timezone));
  const closings = openings.flatMap((opening) => (opening && opening.from <= at && opening.to > at ? opening.to : []));
  return new Date(Math.min(endOfDay.getTime(), ...closings.map((closing) => closing.getTime())));
}
