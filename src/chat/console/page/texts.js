const texts = JSON.parse(document.getElementById('texts').textContent);

/** The page's language, as a BCP 47 tag. */
export const locale = document.documentElement.lang;

/** A text of the catalogue (`console.` + name) with its placeholders filled. */
export function say(name, values = {}) {
  return texts[`console.${name}`].replace(/\{(\w+)\}/g, (_, placeholder) => values[placeholder]);
}

const times = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const days = new Intl.DateTimeFormat(locale, { dateStyle: 'full' });

/** The time of day in the browser's time zone: `09:30`. */
export function sayTime(date) {
  return times.format(date);
}

/** The day in the browser's time zone: `terça-feira, 24 de novembro de 2026`. */
export function sayDay(date) {
  return days.format(date);
}
