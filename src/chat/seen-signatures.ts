/** More than this and the oldest are forgotten, so that nobody can fill the memory; Slack sends far less in ten minutes. */
const MAXIMUM_REMEMBERED = 100_000;

/**
 * Remembers signatures for as long as their timestamps would be accepted. What is done twice all the same, after a restart or by another process,
 * is stopped by the unique id of each interaction.
 * @param keptSeconds how long a signature could be used again
 */
export function createSeenSignatures(keptSeconds: number): { isFirst(signature: string, seconds: number): boolean } {
  const seen = new Map<string, number>();

  function forget(seconds: number): void {
    for (const [signature, at] of seen) {
      if (seconds - at <= keptSeconds && seen.size <= MAXIMUM_REMEMBERED) return;
      seen.delete(signature);
    }
  }

  return {
    isFirst(signature, seconds) {
      forget(seconds);
      if (seen.has(signature)) return false;
      seen.set(signature, seconds);
      return true;
    },
  };
}
