import type { Store } from '../../../src/stores/store-service.ts';
import type { Json, SeenMessage } from '../../support/discord/loopback-discord.ts';

/** What was seen, as lines that a reviewer can read, without what differs from run to run. */
export function readable(seen: readonly SeenMessage[], store: Pick<Store, 'id' | 'webhookUrl'>): string {
  return seen
    .flatMap(messageLines)
    .join('\n')
    .replaceAll(/webhooks\/assiny\/[\w-]+/g, 'webhooks/assiny/TOKEN')
    .replaceAll(store.id, 'STORE')
    .replaceAll(/\b[0-9a-f]{24}\b/g, 'ID')
    .replaceAll(/ ([fksm]\d+):[\w-]{22}/g, ' $1:KEY');
}

function messageLines({ isPrivate, place, body, files }: SeenMessage): string[] {
  const where = place.startsWith('interaction-token') ? 'answer' : `message in ${place}`;
  return [
    `[${where}${isPrivate ? ', private' : ''}] ${body.content ?? ''}`.trimEnd(),
    ...(body.embeds ?? []).flatMap(embedLines),
    ...(body.components ?? []).flatMap(({ components }: Json) => components.flatMap(componentLines)),
    ...files.map(({ name }) => `  (file ${name})`),
  ];
}

function embedLines({ title, description, fields = [], image }: Json): string[] {
  return [
    ...(title ? [`# ${title}`] : []),
    ...(description ? indented(description) : []),
    ...fields.flatMap(({ name, value, inline }: Json) => indented(`${inline ? '|' : '‖'} ${name}: ${value}`)),
    ...(image ? [`  <${image.url}>`] : []),
  ];
}

function componentLines({ label, placeholder, custom_id, options }: Json): string[] {
  const choices = (options ?? []).map((option: Json) => `${option.default ? '•' : ''}${option.value}`).join(', ');
  return [`  [${label ?? placeholder}] ${custom_id}${options ? ` of ${choices}` : ''}`];
}

/** A modal, as lines. */
export function modalLines({ title, components }: Json): string[] {
  return [
    `[modal] ${title}`,
    ...components.map(({ label, description, component }: Json) => {
      const { custom_id, required, type, value = '', options = [] } = component;
      const chosen = options.filter((option: Json) => option.default).map((option: Json) => option.value);
      const shown = options.length > 0 ? ` of ${options.map((option: Json) => option.value).join(', ')}` : '';
      const set = [value, ...chosen].filter(Boolean).join(', ');
      return `  ${custom_id}${required ? '*' : ''} (${label}${description ? ` – ${description}` : ''}): ${type}${shown} = ${set}`;
    }),
  ];
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${line}`);
}

/** Everything that can be pressed or chosen from below the messages. */
export function componentsIn(seen: readonly SeenMessage[]): Json[] {
  return seen.flatMap(({ body }) => (body.components ?? []).flatMap(({ components }: Json) => components));
}
