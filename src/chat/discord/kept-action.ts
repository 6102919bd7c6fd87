import { createHash } from 'node:crypto';
import type { FormField } from '../message.ts';

export interface KeptForm {
  type: 'form';
  title: string;
  /** The command line that the fields are options of. */
  command: string;
  fields: FormField[];
}

/** What a button, a list or a form does that is too long for its `custom_id`. */
export type KeptAction = { type: 'line'; line: string } | KeptForm;

/** 22 characters that are the same for the same action, so that keeping one again takes no more room. */
export function actionKey(action: KeptAction): string {
  return createHash('sha256').update(JSON.stringify(action)).digest().subarray(0, 16).toString('base64url');
}
