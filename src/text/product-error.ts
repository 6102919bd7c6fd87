import type { TextKey, TextValues } from './text.ts';

/** The errors that a person can cause or mend: the code is stable, and `error.<code>` in the text catalogue is the sentence they read. */
export type ErrorCode = Extract<TextKey, `error.${string}`> extends `error.${infer Code}` ? Code : never;

/** An error with a sentence for people: one line that says what is wrong and what to do instead. */
export class ProductError extends Error {
  readonly code: ErrorCode;
  readonly values: TextValues;

  /**
   * @param code the part after `error.` of a key of the text catalogue
   * @param values what the sentence's placeholders become; never secrets or buyers' data
   */
  constructor(code: ErrorCode, values: TextValues = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(values)}`, options);
    this.name = 'ProductError';
    this.code = code;
    this.values = values;
  }
}

/** True for a `ProductError`, of that code when one is given. */
export function isProductError(error: unknown, code?: ErrorCode): error is ProductError {
  return error instanceof ProductError && (code === undefined || error.code === code);
}
