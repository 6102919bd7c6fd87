/** Why a run cannot go on, in one sentence that says what to do. */
export class SimulatorError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SimulatorError';
  }
}

/** True when nobody listens at the address: nothing was sent. */
export function isRefusedConnection(error: unknown): boolean {
  return codeOf(error) === 'ECONNREFUSED';
}

/** The code that the system or the HTTP client gives an error, or its cause. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}
