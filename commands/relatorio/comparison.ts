import type { Translate } from '../../src/text/text.ts';

/**
 * How a number stands against the one before: `▲ 12% a mais`. In words too, so that neither colour nor arrow has to carry it.
 * @param value a count, or centavos
 * @param before the same for the period before
 */
export function comparison(value: number, before: number, translate: Translate): string {
  if (value === before) return translate('report.same');
  if (before === 0) return translate('report.none_before');
  const percent = Math.round((Math.abs(value - before) / Math.abs(before)) * 100);
  if (percent === 0) return translate('report.nearly_same');
  return translate(value > before ? 'report.more' : 'report.less', { percent });
}
