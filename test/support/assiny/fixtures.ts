import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('./fixtures/', import.meta.url);

/** Names such as `approved_purchase.documented`; the last part is the variant: `documented`, `panel` (Go's zero values) or `flat`. */
export const ASSINY_FIXTURES: readonly string[] = readdirSync(folder)
  .map((file) => file.replace(/\.json$/, ''))
  .sort();

/** A fresh copy of that fixture's payload, so that a test may change it. */
export function assinyFixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
}
