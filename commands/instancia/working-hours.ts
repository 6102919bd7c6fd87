import { foldCase } from '../../src/chat/arguments.ts';
import type { CommandContext } from '../../src/chat/command.ts';
import type { WorkingHours } from '../../src/instances/instance-model.ts';
import { workingHoursSchema } from '../../src/instances/instance-service.ts';
import type { CommandServices } from '../services.ts';

/** As people type them; the position is the day of the week less one. */
const DAYS = ['seg', 'ter', 'qua', 'qui', 'sex', 'sab', 'dom'];
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const ALWAYS: ReadonlySet<string> = new Set(['sempre', 'nenhum', 'livre', 'todos']);

/**
 * Working hours as people type them: `seg-sex 08:00-18:00`, `seg,qua,sex 8h-12h`, `todos 08:00-22:00`, `22:00-06:00`, or `sempre`.
 * @returns null for always, undefined when they are none
 */
export function readWorkingHours(typed: string): WorkingHours | null | undefined {
  const folded = foldCase(typed);
  if (ALWAYS.has(folded)) return null;
  const [, dayPart = 'todos', from = '', to = ''] =
    /^(?:(\S+)\s+)?(?:das\s+)?([\d:h]+)\s*(?:-|–|as)\s*([\d:h]+)$/.exec(folded) ?? [];
  const read = workingHoursSchema.safeParse({
    from: timeOfDay(from),
    to: timeOfDay(to),
    days: daysOfWeek(dayPart),
  });
  return read.success ? read.data : undefined;
}

/** `8`, `8h`, `8h30`, `08:00` as `08:00`. */
function timeOfDay(typed: string): string {
  const [, hour = '', minute = ''] = /^(\d{1,2})(?:[:h](\d{2})?)?$/.exec(typed) ?? [];
  return `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
}

function daysOfWeek(typed: string): number[] {
  if (typed === 'todos') return EVERY_DAY;
  const days = typed.split(',').flatMap(daysOfRange);
  return EVERY_DAY.filter((day) => days.includes(day)).concat(days.filter((day) => day === 0));
}

/** `seg-sex`, also around the end of the week: `sex-dom`, `sab-seg`. A word that is no day becomes 0, which no schema lets pass. */
function daysOfRange(range: string): number[] {
  const [first = 0, last = first, ...others] = range.split('-').map((word) => DAYS.indexOf(word.slice(0, 3)) + 1);
  if (first === 0 || last === 0 || others.length > 0) return [0];
  const length = ((last - first + DAYS.length) % DAYS.length) + 1;
  return Array.from({ length }, (_, index) => ((first - 1 + index) % DAYS.length) + 1);
}

/** Working hours as they are typed, so that a form can show them. */
export function typedHours(hours: WorkingHours | null): string {
  if (!hours) return 'sempre';
  const { days, from, to } = hours;
  const [first = 1] = days;
  const isRange = days.length > 2 && days.every((day, index) => day === first + index);
  const name = (day: number | undefined) => DAYS[(day ?? 1) - 1] ?? '';
  const range = isRange ? `${name(first)}-${name(days.at(-1))}` : days.map(name).join(',');
  return `${days.length === DAYS.length ? 'todos' : range} ${from}-${to}`;
}

export function hoursLabel({ translate }: CommandContext<CommandServices>, hours: WorkingHours | null): string {
  return hours ? typedHours(hours) : translate('instance.always');
}
