/**
 * The chat cannot take a post now, and nothing is wrong with the post: it is too busy, away, or does not accept our token.
 * Whoever posts waits and tries again.
 */
export class ChatUnavailableError extends Error {
  /** How long the chat asked to be left alone, in milliseconds; null when it said nothing. */
  readonly retryAfterMilliseconds: number | null;

  /** @param reason the chat's own word for it, without secrets */
  constructor(reason: string, retryAfterMilliseconds: number | null = null, options?: ErrorOptions) {
    super(`The chat cannot be used now: ${reason}`, options);
    this.name = 'ChatUnavailableError';
    this.retryAfterMilliseconds = retryAfterMilliseconds;
  }
}
