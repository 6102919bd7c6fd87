import { escape as escapeText } from 'es-toolkit';

/** Markup that is safe to put into a page as it is. */
export interface Html {
  readonly html: string;
}

/** A template whose values are escaped, unless they are markup themselves. */
export function html(parts: TemplateStringsArray, ...values: (string | Html)[]): Html {
  const written = values.map((value) => (typeof value === 'string' ? escapeText(value) : value.html));
  return { html: String.raw({ raw: parts }, ...written) };
}

export function joined(items: readonly (string | Html)[], separator = ''): Html {
  return { html: items.map((item) => html`${item}`.html).join(separator) };
}
