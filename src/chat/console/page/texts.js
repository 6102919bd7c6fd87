const texts = JSON.parse(document.getElementById('texts').textContent);

/** The page's language, as a BCP 47 tag. */
export const locale = document.documentElement.lang;

/** A text of the catalogue (`console.` + name) with its placeholders filled. */
export function say(name, values = {}) {
  return texts[`console.${name}`].replace(/\{(\w+)\}/g, (_, placeholder) => values[placeholder]);
}

const times = new Intl.DateTimeFormat(locale, {
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** A moment in the browser's time zone: `24/11/2026 09:30`. */
export function sayTime(date) {
  return times.format(date).replace(',', '');
}
