import { z } from 'zod';

const contentFields = { contentType: z.string(), base64: z.string() };

const badgeSchema = z.strictObject({
  status: z.enum(['ok', 'attention', 'blocked', 'waiting']),
  label: z.string(),
  detail: z.string().optional(),
  remedy: z.string().optional(),
});

const buttonSchema = z.strictObject({
  label: z.string(),
  command: z.string().describe('The command line to run when it is pressed.'),
  style: z.enum(['primary', 'secondary', 'danger']),
});

const formFieldSchema = z.strictObject({
  name: z.string(),
  label: z.string(),
  kind: z.enum(['text', 'select', 'multiselect', 'person']),
  required: z.boolean(),
  hint: z.string().optional(),
  value: z.union([z.string(), z.array(z.string())]).optional(),
  choices: z.array(z.strictObject({ value: z.string(), label: z.string() })).optional(),
  maximumLength: z.int().optional(),
});

const blockSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('paragraph'), text: z.string() }),
  z.strictObject({
    type: z.literal('fields'),
    fields: z.array(z.strictObject({ label: z.string(), value: z.string() })),
  }),
  z.strictObject({
    type: z.literal('table'),
    caption: z.string(),
    columns: z.array(z.strictObject({ label: z.string(), align: z.enum(['left', 'right']) })),
    rows: z.array(z.array(z.string())),
  }),
  z.strictObject({ type: z.literal('badges'), badges: z.array(badgeSchema) }),
  z.strictObject({ type: z.literal('copy'), label: z.string(), value: z.string() }),
  z.strictObject({ type: z.literal('image'), ...contentFields, alternative: z.string() }),
  z.strictObject({ type: z.literal('file'), name: z.string(), ...contentFields }),
  z.strictObject({ type: z.literal('buttons'), buttons: z.array(buttonSchema) }),
  z.strictObject({
    type: z.literal('form'),
    title: z.string().optional().describe('What the form is called, in at most 24 characters.'),
    command: z.string(),
    fields: z.array(formFieldSchema),
    submitLabel: z.string(),
  }),
]);

/** The answer to a command, as the chat adapters get it too. */
export const replySchema = z
  .strictObject({
    title: z.string().optional(),
    tone: z.enum(['neutral', 'success', 'attention', 'danger']),
    blocks: z.array(blockSchema),
    visibility: z.enum(['private', 'public']).describe('Who would see it in a chat channel.'),
  })
  .meta({ id: 'Reply' });
