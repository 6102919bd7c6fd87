// biome-ignore lint/suspicious/noExplicitAny: what is sent is looked at as Discord would, without trusting any type
type Json = any;

/** What Discord’s documentation allows and its description does not say, or says with larger numbers. */
export function breachesOf(message: Json, fileNames: readonly string[]): string[] {
  const { content = '', embeds = [], components = [], attachments = [] } = message;
  const rows: Json[] = components;
  const pressed = rows.flatMap((row) => row.components ?? []);
  const total = embeds.reduce((sum: number, embed: Json) => sum + lengthOf(embed), 0);
  const isEmpty = content === '' && embeds.length === 0 && attachments.length === 0;
  return [
    ...when(isEmpty, 'says nothing'),
    ...when(content.length > 2_000, `has ${content.length} characters of content`),
    ...when(total > 6_000, `has ${total} characters of embeds`),
    ...when(
      embeds.some((embed: Json) => lengthOf(embed) === 0 && !embed.image),
      'has an empty embed',
    ),
    ...embeds.flatMap((embed: Json) => fieldBreaches(embed.fields ?? [])),
    ...when(rows.length > 5, `has ${rows.length} rows`),
    ...rows.flatMap(rowBreaches),
    ...repeated(pressed.map(({ custom_id }: Json) => custom_id)).map((id) => `repeats the custom_id ${id}`),
    ...attachmentBreaches(attachments, embeds, fileNames),
    ...when(JSON.stringify(message.allowed_mentions) !== '{"parse":[]}', 'may mention somebody'),
  ];
}

/** A modal: five fields, each with a label of 45 characters. */
export function modalBreachesOf({ title, components = [] }: Json): string[] {
  const inputs = components.map(({ component }: Json) => component);
  return [
    ...when(components.length < 1 || components.length > 5, `has ${components.length} fields`),
    ...when(title.length > 45, `has a title of ${title.length} characters`),
    ...components.flatMap(({ label }: Json) => when(label.length > 45, `has a label of ${label.length} characters`)),
    ...inputs.flatMap((input: Json) => [
      ...when(!input.custom_id, 'has a field without a name'),
      ...selectBreaches(input),
    ]),
    ...repeated(inputs.map(({ custom_id }: Json) => custom_id)).map((id) => `repeats the field ${id}`),
  ];
}

function when(broken: boolean, breach: string): string[] {
  return broken ? [breach] : [];
}

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

function lengthOf({
  title = '',
  description = '',
  fields = [],
  footer = { text: '' },
  author = { name: '' },
}: Json): number {
  const named = fields.reduce((sum: number, { name, value }: Json) => sum + name.length + value.length, 0);
  return title.length + description.length + footer.text.length + author.name.length + named;
}

function fieldBreaches(fields: Json[]): string[] {
  return [
    ...when(fields.length > 25, `has ${fields.length} fields`),
    ...fields.flatMap(({ name, value }) => [
      ...when(name.length < 1 || name.length > 256, `has a field name of ${name.length} characters`),
      ...when(value.length < 1 || value.length > 1_024, `has a field value of ${value.length} characters`),
    ]),
  ];
}

function rowBreaches({ components }: Json): string[] {
  const isSelect = components.some(({ type }: Json) => type !== 2);
  return [
    ...when(components.length < 1 || components.length > (isSelect ? 1 : 5), `has a row of ${components.length}`),
    ...components.flatMap((component: Json) => [
      ...when((component.custom_id ?? '').length > 100, 'has a custom_id of more than 100 characters'),
      ...when(component.type === 2 && (component.label ?? '').length < 1, 'has a button without a label'),
      ...selectBreaches(component),
    ]),
  ];
}

function selectBreaches({ type, options = [], min_values: least = 1, max_values: most = 1 }: Json): string[] {
  if (type !== 3) return [];
  const chosen = options.filter((option: Json) => option.default).length;
  return [
    ...when(options.length < 1 || options.length > 25, `has a list of ${options.length}`),
    ...when(least > most || most > options.length, 'has a list of which nothing can be chosen'),
    ...when(chosen > most, 'has more chosen in a list than may be chosen'),
    ...repeated(options.map(({ value }: Json) => value)).map((value) => `repeats the choice ${value}`),
  ];
}

function attachmentBreaches(attachments: Json[], embeds: Json[], fileNames: readonly string[]): string[] {
  const shown = embeds.flatMap(({ image }) => (image ? [image.url.replace('attachment://', '')] : []));
  return [
    ...when(fileNames.length > 10, `has ${fileNames.length} files`),
    ...attachments.flatMap(({ filename }) => when(!fileNames.includes(filename), `promises a file ${filename}`)),
    ...shown.flatMap((name) => when(!fileNames.includes(name), `shows a picture ${name} that is not there`)),
  ];
}
