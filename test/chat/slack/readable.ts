import type { Store } from '../../../src/stores/store-service.ts';
import type { Json, LoopbackSlack, SlackMessage, SlackShare } from '../../support/slack/loopback-slack.ts';

/** What was seen, as lines that a reviewer can read, without what differs from run to run. */
export function readable(
  seen: { messages: SlackMessage[]; files: SlackShare[]; views: Json[] },
  store: Pick<Store, 'id' | 'webhookUrl'>,
): string {
  const lines = [
    ...seen.messages.flatMap(({ channel, user, text, blocks }) => [
      `[message in ${channel}${user === null ? '' : `, only ${user}`}] ${text.split('\n')[0]}`,
      ...blocks.flatMap(blockLines),
    ]),
    ...seen.views.flatMap((view) => [
      `[${view.type} ${view.callback_id}] ${view.title?.text ?? ''}`,
      ...view.blocks.flatMap(blockLines),
      ...(view.submit ? [`  (${view.submit.text})`] : []),
    ]),
    ...seen.files.map(({ channel, name }) => `[file in ${channel}] ${name}`),
  ];
  return lines
    .join('\n')
    .replaceAll(/webhooks\/assiny\/[\w-]+/g, 'webhooks/assiny/TOKEN')
    .replaceAll(store.id, 'STORE')
    .replaceAll(/\b[0-9a-f]{24}\b/g, 'ID');
}

function blockLines(block: Json): string[] {
  switch (block.type) {
    case 'header':
      return [`# ${block.text.text}`];
    case 'section':
      return (block.fields ?? [block.text]).flatMap(({ text }: Json) => indented(text));
    case 'actions':
      return block.elements.map(({ text, value, action_id }: Json) => `  [${text.text}] ${action_id} ${value}`);
    case 'input':
      return [inputLine(block)];
    default:
      return [`  ${block.type}`];
  }
}

function inputLine({ block_id, label, optional, element }: Json): string {
  const initial = [element.initial_value ?? element.initial_option ?? element.initial_options ?? []].flat();
  const values = initial.map((value: Json) => value.value ?? value).join(', ');
  const choices = element.options ? ` of ${element.options.map(({ value }: Json) => value).join(', ')}` : '';
  return `  ${block_id}${optional ? '' : '*'} (${label.text}): ${element.type}${choices} = ${values}`;
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${line}`);
}

/** Every button that is shown, and the view that it is in. */
export function buttonsIn({ messages, views }: LoopbackSlack): { button: Json; view: Json | null }[] {
  const inBlocks = (blocks: Json[], view: Json | null) =>
    blocks
      .filter(({ type }) => type === 'actions')
      .flatMap(({ elements }) => elements.map((button: Json) => ({ button, view })));
  return [
    ...messages.flatMap(({ blocks }) => inBlocks(blocks, null)),
    ...[...views.values()].flatMap((view) => inBlocks(view.blocks, view)),
  ];
}

/** What somebody sends who changes nothing; what is required and empty gets the subject, its first choice, or its example. */
export function filledIn(view: Json, subject: { loja: string; id: string }): Record<string, string> {
  const inputs = view.blocks.filter(({ type, optional }: Json) => type === 'input' && !optional);
  const empty = inputs.filter(({ element }: Json) => !element.initial_value && !element.initial_option);
  return Object.fromEntries(
    empty.map(({ block_id, element, hint }: Json) => {
      const known: Record<string, string> = { loja: subject.loja, id: subject.id, pessoa: 'U0BIA' };
      const found = known[block_id] ?? element.options?.[0]?.value ?? hint?.text.replace(/^Exemplo: /, '') ?? '';
      return [block_id, found];
    }),
  );
}
