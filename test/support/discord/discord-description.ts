import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Discord's own description of its API lies beside the repository where it is at hand; elsewhere the limits alone are checked. */
const DESCRIPTION = fileURLToPath(new URL('../../../../shared/discord/openapi.json', import.meta.url));

interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minProperties?: number;
  maxProperties?: number;
  uniqueItems?: boolean;
  pattern?: string;
}

interface Operation {
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const description: Description | null = existsSync(DESCRIPTION) ? JSON.parse(readFileSync(DESCRIPTION, 'utf8')) : null;

const routes = Object.entries(description?.paths ?? {})
  .map(([path, operations]) => ({
    operations,
    fixed: path.split('/').filter((part) => !part.startsWith('{')).length,
    pattern: new RegExp(`^${path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '([^/]+)')}$`),
  }))
  .sort((a, b) => b.fixed - a.fixed);

/**
 * What Discord's own description has against a request. Nothing where the description is not at hand.
 * @param path below the API's version
 */
export function complaintsAbout(method: string, path: string, body: unknown): string[] {
  if (!description) return [];
  const route = routes.find(({ pattern, operations }) => pattern.test(path) && operations[method.toLowerCase()]);
  if (!route) return [`${method} ${path} is no operation of Discord`];
  const schema = route.operations[method.toLowerCase()]?.requestBody?.content['application/json']?.schema;
  return schema && body !== undefined
    ? complaints(schema, body, '').map((complaint) => `${method} ${path}${complaint}`)
    : [];
}

/** A schema's complaints about a value. What the description does not say is not checked; a union needs one member that fits. */
function complaints(schema: Schema, value: unknown, at: string): string[] {
  if (schema.$ref) return complaints(resolved(schema.$ref), value, at);
  const found = [
    ...typeComplaints(schema, value, at),
    ...(schema.enum && !schema.enum.includes(value)
      ? [`${at}: ${String(value)} is none of ${schema.enum.join(', ')}`]
      : []),
    ...(schema.const !== undefined && schema.const !== value ? [`${at}: is not ${String(schema.const)}`] : []),
    ...(schema.allOf ?? []).flatMap((part) => complaints(part, value, at)),
    ...unionComplaints(schema.oneOf ?? schema.anyOf, value, at),
  ];
  if (typeof value === 'string') found.push(...textComplaints(schema, value, at));
  if (typeof value === 'number') found.push(...numberComplaints(schema, value, at));
  if (Array.isArray(value)) found.push(...listComplaints(schema, value, at));
  else if (typeof value === 'object' && value !== null) found.push(...objectComplaints(schema, value, at));
  return found;
}

function resolved(reference: string): Schema {
  const name = reference.replace('#/components/schemas/', '');
  const schema = description?.components.schemas[name];
  if (!schema) throw new Error(`Discord’s description has no ${reference}`);
  return schema;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** The description says integer, the documentation and discord.js a string of digits; the documentation wins. */
const BITS = /\/default_member_permissions$/;

function typeComplaints({ type }: Schema, value: unknown, at: string): string[] {
  if (type === undefined) return [];
  const types = [type].flat();
  if (BITS.test(at) && typeof value === 'string' && /^\d+$/.test(value)) return [];
  const actual = typeOf(value);
  return types.includes(actual) || (actual === 'integer' && types.includes('number'))
    ? []
    : [`${at}: is ${actual}, not ${types.join(' or ')}`];
}

function unionComplaints(members: Schema[] | undefined, value: unknown, at: string): string[] {
  if (!members) return [];
  const each = members.map((member) => complaints(member, value, at));
  if (each.some((found) => found.length === 0)) return [];
  // The member that comes nearest says most.
  return each.sort((a, b) => a.length - b.length)[0] ?? [`${at}: fits nothing`];
}

function textComplaints({ minLength = 0, maxLength = Infinity, pattern }: Schema, value: string, at: string): string[] {
  return [
    ...(value.length < minLength || value.length > maxLength ? [`${at}: has ${value.length} characters`] : []),
    ...(pattern && !new RegExp(pattern, 'u').test(value) ? [`${at}: ${value} does not match ${pattern}`] : []),
  ];
}

function numberComplaints({ minimum = -Infinity, maximum = Infinity }: Schema, value: number, at: string): string[] {
  return value < minimum || value > maximum ? [`${at}: ${value} is out of range`] : [];
}

function listComplaints(schema: Schema, value: unknown[], at: string): string[] {
  const { minItems = 0, maxItems = Infinity, uniqueItems = false, items } = schema;
  const repeated = uniqueItems && new Set(value.map((item) => JSON.stringify(item))).size < value.length;
  return [
    ...(value.length < minItems || value.length > maxItems ? [`${at}: has ${value.length} items`] : []),
    ...(repeated ? [`${at}: repeats an item`] : []),
    ...(items ? value.flatMap((item, index) => complaints(items, item, `${at}/${index}`)) : []),
  ];
}

function objectComplaints(schema: Schema, value: object, at: string): string[] {
  const { properties = {}, required = [], additionalProperties, minProperties = 0, maxProperties = Infinity } = schema;
  const entries = Object.entries(value);
  return [
    ...required.filter((name) => !(name in value)).map((name) => `${at}: lacks ${name}`),
    ...(entries.length < minProperties || entries.length > maxProperties
      ? [`${at}: has ${entries.length} entries`]
      : []),
    ...entries.flatMap(([name, entry]) => {
      const known = properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
      if (known) return complaints(known, entry, `${at}/${name}`);
      return additionalProperties === false ? [`${at}: does not know ${name}`] : [];
    }),
  ];
}
