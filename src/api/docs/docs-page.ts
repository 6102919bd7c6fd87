import { readFileSync } from 'node:fs';
import type { ApiDescription, Operation, Schema } from '../api-description.ts';
import { type Html, html, joined } from './html.ts';

const STYLE = readFileSync(new URL('./docs.css', import.meta.url), 'utf8');

interface Endpoint {
  method: string;
  path: string;
  operation: Operation;
}

/** Same for every route, so it is told once, above them. */
const WORKSPACE_HEADER = 'Sininho-Workspace';

/** The documentation of the admin API as one page, without scripts. */
export function docsPage(description: ApiDescription): { page: string; style: string } {
  const base = description.servers[0]?.url ?? '';
  const endpoints = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, operation]): Endpoint => ({ method: method.toUpperCase(), path, operation }),
    ),
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${description.info.title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
<header>
<h1>${description.info.title}</h1>
<p>${prose(description.info.description)}</p>
<p>Each request carries the header <code>Authorization: Bearer KEY</code>. <code>${WORKSPACE_HEADER}</code> names the workspace to act in; without it, it is the only
one that has a store, else the local console’s. Errors are problem documents (RFC 9457) whose <code>code</code> is stable and whose <code>detail</code> says what to do.</p>
<pre><code>curl -H "Authorization: Bearer $KEY" http://localhost:3000${base}/stores</code></pre>
<p><a href="${base}/openapi.json">OpenAPI description</a></p>
</header>
<nav aria-label="Routes"><ul>${joined(endpoints.map(navigationItem))}</ul></nav>
<main>
${joined(endpoints.map((endpoint) => endpointSection(endpoint, base)))}
<h2 id="objects">Objects</h2>
${joined(Object.entries(description.components.schemas).map(([name, schema]) => objectSection(name, schema)))}
</main>
</body>
</html>
`;
  return { page: page.html, style: STYLE };
}

/** A description's text, with what stands between backticks as code. */
function prose(text: string): Html {
  return joined(text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part)));
}

function navigationItem({ method, path, operation }: Endpoint): Html {
  return html`<li><a href="#${operation.operationId}"><span class="method">${method}</span> ${path}</a></li>`;
}

function endpointSection({ method, path, operation }: Endpoint, base: string): Html {
  const parameters = operation.parameters.filter(({ name }) => name !== WORKSPACE_HEADER);
  const body = operation.requestBody?.content['application/json']?.schema;
  return html`<section id="${operation.operationId}">
<h2><span class="method">${method}</span> <code>${base}${path}</code></h2>
<p>${operation.summary}.</p>
${operation.description === undefined ? '' : html`<p>${prose(operation.description)}</p>`}
${parameters.length === 0 ? '' : parameterList(parameters)}
${body ? html`<h3>Body</h3>${schemaView(body)}` : ''}
${joined(Object.entries(operation.responses).map(([status, response]) => responseView(status, response)))}
</section>
`;
}

function parameterList(parameters: Operation['parameters']): Html {
  return html`<h3>Parameters</h3><dl>${joined(
    parameters.map((parameter) => {
      const place = parameter.required ? parameter.in : `${parameter.in}, optional`;
      return fieldView(parameter.name, parameter.schema, place, parameter.description);
    }),
  )}</dl>`;
}

function responseView(status: string, response: Operation['responses'][string]): Html | string {
  if (status === 'default') return '';
  const [schema] = Object.values(response.content ?? {}).map((content) => content.schema);
  return html`<h3>${status}</h3>${schema ? schemaView(schema) : html`<p>Nothing to read.</p>`}`;
}

function objectSection(name: string, schema: Schema): Html {
  return html`<section id="object-${name}"><h3>${name}</h3>${schemaView(schema)}</section>`;
}

/** An object field by field; anything else in one line. */
function schemaView(schema: Schema): Html {
  if (!schema.properties) return html`<p>${typeView(schema)}</p>`;
  const required = new Set(schema.required);
  return html`<dl>${joined(
    Object.entries(schema.properties).map(([name, field]) =>
      fieldView(name, field, required.has(name) ? '' : 'optional', field.description),
    ),
  )}</dl>`;
}

function fieldView(name: string, schema: Schema, note: string, description: string | undefined): Html {
  const inner = innerObject(schema);
  return html`<div><dt><code>${name}</code> <span class="type">${typeView(schema)}${note ? `, ${note}` : ''}</span></dt><dd>${prose(
    description ?? '',
  )}${inner ? schemaView(inner) : ''}</dd></div>`;
}

/** The object that a field holds, itself or as the items of a list, when it has no name of its own. */
function innerObject(schema: Schema): Schema | null {
  const held = alternativesOf(schema).find(({ type }) => type !== 'null') ?? schema;
  const item = typeof held.items === 'object' ? held.items : held;
  return item.properties ? item : null;
}

function alternativesOf(schema: Schema): Schema[] {
  return schema.anyOf ?? schema.oneOf ?? [schema];
}

function typeView(schema: Schema): Html {
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 1) return joined(alternatives.map(typeView), ' or ');
  if (schema.$ref) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return html`<a href="#object-${name}">${name}</a>`;
  }
  if (schema.enum)
    return joined(
      schema.enum.map((value) => html`<code>${String(value)}</code>`),
      ' · ',
    );
  if (schema.const !== undefined) return html`<code>${String(schema.const)}</code>`;
  if (schema.type === 'array') return listType(schema);
  return html`${[schema.format ?? schema.type ?? 'anything'].flat().join(' or ')}`;
}

function listType(schema: Schema): Html {
  if (schema.prefixItems) return html`pair of ${joined(schema.prefixItems.map(typeView), ' and ')}`;
  return html`list of ${typeof schema.items === 'object' ? typeView(schema.items) : 'anything'}`;
}
