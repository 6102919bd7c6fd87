/** As many names as a sentence can hold. */
const MAXIMUM_NAMES = 20;

/** Names in a sentence: `Curso de Violão, Confeitaria`; the first of them and `…` where there are more than a sentence can hold. */
export function nameList(names: readonly string[]): string {
  const shown = names.slice(0, MAXIMUM_NAMES);
  return (names.length > MAXIMUM_NAMES ? [...shown, '…'] : shown).join(', ');
}
