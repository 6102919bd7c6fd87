import { z } from 'zod';
import { requestProvider } from './provider-request.ts';
import type { ProviderTemplate, TemplateSurplus } from './sender.ts';
import { eachOf } from './webhook-content.ts';

/** The business account that a number belongs to is named among what its health depends on (developers.facebook.com/docs/whatsapp/cloud-api/health-status). */
const healthSchema = z.object({
  health_status: z.object({ entities: eachOf(z.object({ entity_type: z.string(), id: z.string().regex(/^\d+$/) })) }),
});

const componentSchema = z.object({
  type: z.string(),
  format: z.string().optional(),
  text: z.string().optional(),
  buttons: eachOf(z.object({ url: z.string().optional() })).optional(),
});
type Component = z.output<typeof componentSchema>;

/** developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates */
const templatesSchema = z.object({
  data: z.array(
    z.object({
      name: z.string(),
      language: z.string(),
      status: z.string(),
      components: z.array(componentSchema),
    }),
  ),
});

/**
 * The templates of a name in the business account of a number, one for each language.
 * @returns null when Meta does not say: the token may only send, or Meta is away
 */
export async function findTemplates(
  credentials: { baseUrl: string; version: string; phoneNumberId: string; accessToken: string },
  name: string,
  signal: AbortSignal,
): Promise<ProviderTemplate[] | null> {
  const { baseUrl, version, phoneNumberId, accessToken } = credentials;
  const ask = async (path: string, query: Record<string, string>) => {
    const url = new URL(`${baseUrl}/${version}/${path}?${new URLSearchParams(query)}`);
    const headers = { authorization: `Bearer ${accessToken}` };
    const answer = await requestProvider({ method: 'GET', url, headers }, signal);
    return answer.kind === 'answer' && answer.status === 200 ? answer.json : null;
  };
  const health = healthSchema.safeParse(await ask(phoneNumberId, { fields: 'health_status' }));
  const account = health.data?.health_status.entities.find((entity) => entity.entity_type === 'WABA');
  if (!account) return null;
  const query = { name, fields: 'name,language,status,components' };
  const found = templatesSchema.safeParse(await ask(`${account.id}/message_templates`, query));
  if (!found.success) return null;
  // Meta also finds names that only begin like this one.
  return found.data.data
    .filter((template) => template.name === name)
    .map(({ language, status, components }) => ({
      language,
      status,
      parameters: parametersOf(components),
      hasImage: components.some(isImageHeader),
    }));
}

const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

function parametersOf(components: readonly Component[]): number | TemplateSurplus {
  if (components.some(isOtherHeader)) return 'header';
  if (components.some(({ buttons = [] }) => buttons.some(({ url = '' }) => hasVariable(url)))) return 'button';
  const body = components.find(({ type }) => type === 'BODY')?.text ?? '';
  const names = new Set([...body.matchAll(VARIABLE)].map(([, name = '']) => name));
  return [...names].every((name) => /^\d+$/.test(name)) ? names.size : 'names';
}

/** One that is neither a picture nor fixed text. */
function isOtherHeader({ type, format = 'TEXT', text = '' }: Component): boolean {
  return type === 'HEADER' && format !== 'IMAGE' && (format !== 'TEXT' || hasVariable(text));
}

function isImageHeader({ type, format }: Component): boolean {
  return type === 'HEADER' && format === 'IMAGE';
}

function hasVariable(text: string): boolean {
  return text.search(VARIABLE) !== -1;
}
