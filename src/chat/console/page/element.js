const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element. Text becomes text nodes, so nothing that was written by others can turn into markup.
 * @param attributes a value of `true` sets the bare attribute; `false`, null and undefined leave it out
 * @param children nodes and strings; null is skipped
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(attribute, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(attribute, value);
  }
  made.append(...children.flat().filter((child) => child !== null));
  return made;
}

/** One of the symbols of `icons.svg`, which the page carries; what it means is always said in text too. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Text for screen readers. */
export function hiddenText(text) {
  return element('span', { class: 'visually-hidden' }, text);
}
