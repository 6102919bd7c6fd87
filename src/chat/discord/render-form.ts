import {
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
  type APISelectMenuOption,
  type APIStringSelectComponent,
  ComponentType,
  TextInputStyle,
} from 'discord.js';
import type { FormField } from '../message.ts';
import { encodeCustomId } from './custom-id.ts';
import { shorten } from './discord-text.ts';
import { actionKey, type KeptForm } from './kept-action.ts';
import { DISCORD_LIMITS } from './limits.ts';

/**
 * The pages of a form, because a modal takes five fields. Each page can be sent by itself: it has all required fields and some of the others.
 * No page when more than five are required; then only the command with its options is left.
 */
export function formPages(fields: readonly FormField[]): FormField[][] {
  const required = fields.filter((field) => field.required);
  const optional = fields.filter((field) => !field.required);
  const room = DISCORD_LIMITS.modalFields - required.length;
  if (room < 0) return [];
  if (optional.length <= room) return [[...fields]];
  if (room === 0) return [required];
  const pages: FormField[][] = [];
  for (let first = 0; first < optional.length; first += room) {
    pages.push([...required, ...optional.slice(first, first + room)]);
  }
  return pages;
}

/** A page of a form as a modal; null when there is no such page. */
export function renderModal(form: KeptForm, page: number): APIModalInteractionResponseCallbackData | null {
  const fields = formPages(form.fields)[page];
  if (!fields) return null;
  return {
    custom_id: encodeCustomId({ type: 'submitForm', key: actionKey(form), page }),
    title: shorten(form.title, DISCORD_LIMITS.modalTitle),
    components: fields.map(renderField),
  };
}

function renderField(field: FormField): APILabelComponent {
  const { modalLabel, modalDescription } = DISCORD_LIMITS;
  // A label that had to be cut stands in full below.
  const description = field.label.length > modalLabel ? field.label : field.hint;
  return {
    type: ComponentType.Label,
    label: shorten(field.label, modalLabel),
    ...(description ? { description: shorten(description, modalDescription) } : {}),
    component: renderInput(field),
  };
}

function renderInput(field: FormField): APILabelComponent['component'] {
  if (isSelectable(field)) return renderSelect(field, field.name);
  if (field.kind === 'person') {
    return {
      type: ComponentType.UserSelect,
      custom_id: field.name,
      required: field.required,
      min_values: field.required ? 1 : 0,
      max_values: 1,
    };
  }
  const value = [field.value ?? []].flat().join(', ');
  const maximum = Math.min(field.maximumLength ?? DISCORD_LIMITS.modalValue, DISCORD_LIMITS.modalValue);
  return {
    type: ComponentType.TextInput,
    custom_id: field.name,
    style: TextInputStyle.Short,
    required: field.required,
    max_length: maximum,
    ...(field.hint ? { placeholder: shorten(field.hint, DISCORD_LIMITS.modalPlaceholder) } : {}),
    ...(value === '' ? {} : { value: value.slice(0, maximum) }),
  };
}

/** True when Discord's own list can hold the choices; else they are typed. */
export function isSelectable({ kind, choices = [] }: FormField): boolean {
  const { selectOptions, selectText } = DISCORD_LIMITS;
  return (
    (kind === 'select' || kind === 'multiselect') &&
    choices.length > 0 &&
    choices.length <= selectOptions &&
    choices.every(({ value }) => value.length > 0 && value.length <= selectText)
  );
}

/** A field's choices as a list, with what is set now chosen. */
export function renderSelect(field: FormField, customId: string): APIStringSelectComponent {
  const chosen = new Set([field.value ?? []].flat());
  const options = (field.choices ?? []).map(
    ({ value, label }): APISelectMenuOption => ({
      value,
      label: shorten(label, DISCORD_LIMITS.selectText),
      ...(chosen.has(value) ? { default: true } : {}),
    }),
  );
  return {
    type: ComponentType.StringSelect,
    custom_id: customId,
    options,
    placeholder: shorten(field.label, DISCORD_LIMITS.selectPlaceholder),
    required: field.required,
    min_values: field.required ? 1 : 0,
    max_values: field.kind === 'multiselect' ? options.length : 1,
  };
}
