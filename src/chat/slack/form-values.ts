import type { ViewOutput } from '@slack/bolt';
import type { InputBlock } from '@slack/types';
import { FIELD_ACTION } from './render-view.ts';

type FieldState = ViewOutput['state']['values'][string][string];

/** What was filled into a modal, by option name. Fields that were left empty are left out, as in a typed line. */
export function formValues(view: Pick<ViewOutput, 'state'>): Record<string, string> {
  const filled = Object.entries(view.state.values).map(([name, elements]) => [name, typedInto(elements[FIELD_ACTION])]);
  return Object.fromEntries(filled.filter(([, value]) => value !== ''));
}

function typedInto(state: FieldState | undefined): string {
  if (!state) return '';
  const several = state.selected_options?.map(({ value }) => value).join(',');
  const person = state.selected_user ? `@${state.selected_user}` : undefined;
  return (state.value ?? state.selected_option?.value ?? several ?? person ?? '').trim();
}

/** The required fields that hold nothing but blanks, which Slack lets through. */
export function blankFields(view: Pick<ViewOutput, 'state' | 'blocks'>): string[] {
  const values = formValues(view);
  const inputs = view.blocks.filter((block): block is InputBlock => block.type === 'input');
  return inputs
    .filter(({ optional }) => optional !== true)
    .map(({ block_id }) => block_id ?? '')
    .filter((name) => values[name] === undefined);
}
