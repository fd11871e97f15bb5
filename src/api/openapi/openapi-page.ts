/** The OpenAPI document as a page that needs nothing but itself: no script, nothing from elsewhere. */
import type { OpenApiDocument, OpenApiOperation } from "./openapi-document.ts";
import type { JsonSchema } from "./schema-components.ts";

/** What the page carries between its style tags. */
export const pageStyle = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font: 13px/1.5 ui-monospace, monospace }
pre { overflow-x: auto; padding: .5rem; background: color-mix(in srgb, currentColor 7%, transparent) }
summary { cursor: pointer; padding: .25rem 0 }
details details { margin-left: 1rem }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; text-transform: uppercase }
table { border-collapse: collapse } td { padding: 0 1rem 0 0; vertical-align: top }
`;

export function toOpenApiPage(document: OpenApiDocument): string {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<h2>${escape(name)}</h2>\n${own.map(renderOperation).join("\n")}`;
  });
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(info.title)} API</title><style>${pageStyle}</style>
<h1>${escape(info.title)} API ${escape(info.version)}</h1>
<p>${escape(info.description)} For machines: <a href="openapi.json">openapi.json</a>.</p>
${sections.join("\n")}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(renderSchema).join("\n")}
</html>
`;
}

interface Shown {
  readonly path: string;
  readonly method: string;
  readonly operation: OpenApiOperation;
}

function renderOperation({ path, method, operation }: Shown): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const head = `<span class="method">${escape(method)}</span> <code>${escape(path)}</code> ${escape(summary)}`;
  return `<details id="${escape(operationId)}"><summary>${head}</summary>
${table(parameters.map(({ name, in: place, schema }) => [`<code>${escape(name)}</code>`, place, typeOf(schema)]))}
${
  requestBody === undefined
    ? ""
    : `<p>Body: ${Object.values(requestBody.content)
        .map(({ schema }) => typeOf(schema))
        .join(", ")}</p>`
}
${table(
  Object.entries(responses).map(([status, { description, content = {} }]) => [
    status,
    Object.values(content)
      .map(({ schema }) => typeOf(schema))
      .join(", "),
    escape(description),
  ]),
)}
</details>`;
}

function renderSchema([name, schema]: [string, JsonSchema]): string {
  const text = escape(JSON.stringify(schema, undefined, 2)).replaceAll(
    /&quot;#\/components\/schemas\/(\w+)&quot;/g,
    (_, id: string) => link(id),
  );
  return `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code></summary><pre>${text}</pre></details>`;
}

/** A schema in a few words, with a link where it has a name. */
function typeOf({ $ref, type, items, anyOf, enum: values, properties = {} }: JsonSchema): string {
  if ($ref !== undefined) return link($ref.replace("#/components/schemas/", ""));
  if (anyOf !== undefined) return anyOf.map(typeOf).join(" or ");
  if (values !== undefined) return values.map((value) => `<code>${escape(JSON.stringify(value))}</code>`).join(" or ");
  if (type === "array") return `list of ${typeOf(items ?? {})}`;
  if (type === "object") return `<code>${escape(Object.keys(properties).join(", "))}</code>`;
  return typeof type === "string" ? escape(type) : "anything";
}

const link = (id: string): string => `<a href="#schema-${escape(id)}">${escape(id)}</a>`;

const table = (rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? ""
    : `<table>${rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("")}</table>`;

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character);
