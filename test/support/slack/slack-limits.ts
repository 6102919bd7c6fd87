/** Anything that was sent as JSON; the checks below say what it must be. */
// biome-ignore lint/suspicious/noExplicitAny: what reaches a server has no types until it is checked
type Json = any;

/** What a message breaks of Slack's rules: https://docs.slack.dev/reference/block-kit and the measured total of 13,000 characters. */
export function messageBreaches({ text, blocks, metadata }: Json): string[] {
  return [
    ...(typeof text === 'string' && text.length > 0 && text.length <= 40_000 ? [] : ['no text for notifications']),
    ...(JSON.stringify(blocks ?? []).length <= 13_000 + 50 * 2 ? [] : ['msg_blocks_too_long']),
    ...blockBreaches(blocks, 50),
    ...(metadata === undefined ? [] : metadataBreaches(metadata)),
  ];
}

/** https://docs.slack.dev/messaging/message-metadata */
function metadataBreaches({ event_type, event_payload }: Json): string[] {
  const values = Object.values(event_payload ?? {});
  return [
    ...(/^\w+$/.test(event_type) && values.length > 0 ? [] : ['invalid_metadata_format']),
    ...(values.every((value) => ['string', 'number', 'boolean'].includes(typeof value)) ? [] : ['nested metadata']),
  ];
}

/** What a modal or a home breaks of https://docs.slack.dev/reference/views. */
export function viewBreaches(view: Json): string[] {
  const isModal = view?.type === 'modal';
  const hasInput = (view?.blocks ?? []).some(({ type }: Json) => type === 'input');
  return [
    ...(isModal || view?.type === 'home' ? [] : [`unknown view ${view?.type}`]),
    ...(isModal ? plainBreaches(view.title, 24, 'view title') : []),
    ...(view.submit ? plainBreaches(view.submit, 24, 'submit') : hasInput ? ['inputs without a submit'] : []),
    ...(view.close ? plainBreaches(view.close, 24, 'close') : []),
    ...lengthBreach(view.private_metadata ?? '', 0, 3_000, 'private_metadata'),
    ...lengthBreach(view.callback_id ?? '', 0, 255, 'callback_id'),
    ...(JSON.stringify(view).length <= 250_000 ? [] : ['view_too_large']),
    ...blockBreaches(view.blocks, 100),
  ];
}

function blockBreaches(blocks: Json, limit: number): string[] {
  if (!Array.isArray(blocks) || blocks.length === 0) return ['no blocks'];
  const ids = blocks.map(({ block_id }) => block_id).filter(Boolean);
  return [
    ...(blocks.length <= limit ? [] : [`${blocks.length} blocks`]),
    ...(new Set(ids).size === ids.length ? [] : ['a block_id twice']),
    ...ids.flatMap((id) => lengthBreach(id, 1, 255, 'block_id')),
    ...blocks.flatMap(oneBlockBreaches),
  ];
}

function oneBlockBreaches(block: Json): string[] {
  switch (block.type) {
    case 'divider':
      return [];
    case 'header':
      return plainBreaches(block.text, 150, 'header');
    case 'section':
      return sectionBreaches(block);
    case 'actions':
      return [
        ...lengthBreach(block.elements, 1, 25, 'actions'),
        ...uniqueBreach(block.elements.map(({ action_id }: Json) => action_id)),
        ...block.elements.flatMap(buttonBreaches),
      ];
    case 'input':
      return [
        ...plainBreaches(block.label, 2_000, 'label'),
        ...(block.hint ? plainBreaches(block.hint, 2_000, 'hint') : []),
        ...elementBreaches(block.element),
      ];
    default:
      return [`unknown block ${block.type}`];
  }
}

function sectionBreaches({ text, fields }: Json): string[] {
  if (!text && !fields) return ['a section without text'];
  return [
    ...(text ? mrkdwnBreaches(text, 3_000) : []),
    ...(fields ? lengthBreach(fields, 1, 10, 'fields') : []),
    ...(fields ?? []).flatMap((field: Json) => mrkdwnBreaches(field, 2_000)),
  ];
}

function buttonBreaches({ type, text, value, action_id, style }: Json): string[] {
  return [
    ...(type === 'button' ? [] : [`unknown element ${type}`]),
    ...plainBreaches(text, 75, 'button'),
    ...lengthBreach(value, 1, 2_000, 'button value'),
    ...lengthBreach(action_id, 1, 255, 'action_id'),
    ...(style === undefined || style === 'primary' || style === 'danger' ? [] : [`style ${style}`]),
  ];
}

function elementBreaches(element: Json): string[] {
  const initial = [element.initial_option ?? element.initial_options ?? []].flat();
  switch (element.type) {
    case 'plain_text_input':
      return [
        ...(element.max_length >= 1 && element.max_length <= 3_000 ? [] : ['max_length']),
        ...lengthBreach(element.initial_value ?? '', 0, element.max_length, 'initial_value'),
        ...(element.initial_value === '' ? ['an empty initial_value'] : []),
      ];
    case 'users_select':
      return [];
    case 'external_select':
      return initial.flatMap(optionBreaches);
    case 'static_select':
    case 'multi_static_select':
      return [
        ...lengthBreach(element.options, 1, 100, 'options'),
        ...element.options.flatMap(optionBreaches),
        ...(initial.every((chosen) => element.options.some((option: Json) => isSame(option, chosen)))
          ? []
          : ['an initial option that is none of the options']),
      ];
    default:
      return [`unknown element ${element.type}`];
  }
}

/** What the answer to a look-up breaks. */
export function optionBreaches({ text, value }: Json): string[] {
  return [...plainBreaches(text, 75, 'option'), ...lengthBreach(value, 1, 150, 'option value')];
}

function isSame(one: Json, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function plainBreaches(text: Json, limit: number, what: string): string[] {
  if (text?.type !== 'plain_text') return [`${what} is not plain_text`];
  return lengthBreach(text.text, 1, limit, what);
}

/** Nothing but a web address may stand between unescaped angle brackets: anything else would mention or notify somebody. */
function mrkdwnBreaches(text: Json, limit: number): string[] {
  if (text?.type !== 'mrkdwn') return ['text that is not mrkdwn'];
  const withoutLinks = text.text.replaceAll(/<https?:\/\/[^<>|\s]+>/g, '');
  return [
    ...lengthBreach(text.text, 1, limit, 'mrkdwn'),
    ...(/[<>]/.test(withoutLinks) || /&(?!amp;|lt;|gt;)/.test(withoutLinks) ? [`unescaped: ${text.text}`] : []),
    ...(text.verbatim === true ? [] : ['text in which Slack may find mentions']),
  ];
}

function lengthBreach(value: Json, least: number, most: number, what: string): string[] {
  const length = value?.length ?? -1;
  return length >= least && length <= most ? [] : [`${what} of ${length}`];
}

function uniqueBreach(ids: string[]): string[] {
  return new Set(ids).size === ids.length ? [] : ['an action_id twice'];
}
