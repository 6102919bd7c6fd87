import { z } from 'zod';
import type { Route } from '../feature/route.ts';
import { noBody } from '../feature/route-schemas.ts';
import type { ApiDescription, Content, Operation, Parameter, Schema } from './api-description.ts';
import { problemSchema } from './problem.ts';

type Schemas = Record<string, Schema>;

const WORKSPACE_PARAMETER: Parameter = {
  name: 'Sininho-Workspace',
  in: 'header',
  required: false,
  description: 'The workspace to act in. Without it: the only one that has a store, else the local console’s.',
  schema: { type: 'string' },
};

/**
 * The OpenAPI 3.1 description of the routes.
 * @param basePath where they are served, such as `/api/v1`
 */
export function openApiDocument(routes: readonly Route[], basePath: string): ApiDescription {
  const schemas: Schemas = {};
  const paths: ApiDescription['paths'] = {};
  const problem = {
    description: 'What is wrong',
    content: { 'application/problem+json': { schema: jsonSchema(problemSchema, schemas) } },
  };
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route, schemas, problem) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sininho admin API',
      version: basePath.split('/').at(-1) ?? '',
      description:
        'Times are RFC 3339 in UTC, amounts are hundredths of their currency, phones are E.164. Lists are newest first unless they say otherwise, and are paged with `cursor` and `limit`. Fields and parameters that are not described here are refused.',
    },
    servers: [{ url: basePath }],
    security: [{ adminKey: [] }],
    paths,
    components: { schemas, securitySchemes: { adminKey: { type: 'http', scheme: 'bearer' } } },
  };
}

function operationOf(route: Route, schemas: Schemas, problem: Operation['responses'][string]): Operation {
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    parameters: [
      ...parametersOf(route.params, 'path', schemas),
      ...parametersOf(route.query, 'query', schemas),
      WORKSPACE_PARAMETER,
    ],
    ...(route.body === noBody
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(route.body, schemas) } } },
        }),
    responses: {
      [route.status]: {
        description: 'Done',
        ...(route.response ? { content: contentOf(route.response, route.csv === true, schemas) } : {}),
        ...(route.status === 201
          ? { headers: { Location: { description: 'Path of what was made', schema: { type: 'string' } } } }
          : {}),
      },
      default: problem,
    },
  };
}

/** `get /stores/:id/checklist` → `getStoresByIdChecklist` */
function operationIdOf({ method, path }: Route): string {
  const words = path.split(/[/-]/).map((word) => word.replace(/^:/, 'by-'));
  return [method, ...words.flatMap((word) => word.split('-'))]
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
}

function contentOf(response: z.ZodType, csv: boolean, schemas: Schemas): Content {
  return {
    'application/json': { schema: jsonSchema(response, schemas) },
    ...(csv ? { 'text/csv': { schema: { type: 'string' } } } : {}),
  };
}

function parametersOf(schema: z.ZodType, location: 'path' | 'query', schemas: Schemas): Parameter[] {
  const { properties = {}, required = [] } = jsonSchema(schema, schemas);
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: location,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: property,
  }));
}

/** A schema as JSON Schema; those with an id go into `schemas`, and references lead there. */
function jsonSchema(schema: z.ZodType, schemas: Schemas): Schema {
  const {
    $schema: _,
    $defs,
    ...own
  } = z.toJSONSchema(schema, {
    override({ jsonSchema: made }) {
      // Zod's patterns of dates and times fill a screen each and say no more than the format does.
      if (made.format !== undefined) delete made.pattern;
    },
  });
  for (const [id, definition] of Object.entries($defs ?? {}))
    schemas[id] = withComponentReferences(definition) as Schema;
  return withComponentReferences(own) as Schema;
}

function withComponentReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withComponentReferences);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string'
        ? item.replace('#/$defs/', '#/components/schemas/')
        : withComponentReferences(item),
    ]),
  );
}
