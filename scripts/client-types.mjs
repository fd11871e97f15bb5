// Writes client/src/types.ts: the types of what the server takes and answers, out of its OpenAPI document. Run by tsx, as it
// reads the sources: what is built may be older. With --check it only says whether the file is what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { spawnSync } from "node:child_process";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = `${root}client/src/types.ts`;
const { routes } = await import(`${root}src/api/routes.ts`);
const { toOpenApiDocument } = await import(`${root}src/api/openapi/openapi-document.ts`);

const { schemas } = toOpenApiDocument(routes, "").components;
const head =
  "/** What the server takes and answers. Written by `npm run client-types` from its schemas; do not edit. */\n";
const declarations = Object.entries(schemas).map(([name, schema]) => {
  const type = toType(schema);
  const about = schema.description === undefined ? "" : `/** ${schema.description} */\n`;
  return `${about}${type.startsWith("{") ? `export interface ${name} ${type}` : `export type ${name} = ${type};`}\n`;
});
const text = format(`${head}\n${declarations.join("\n")}`);

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("client/src/types.ts is not what the server's schemas say; run: npm run client-types");
  process.exit(1);
}

function toType(schema) {
  const { $ref, type, anyOf, oneOf, enum: values, items, const: one } = schema;
  if ($ref !== undefined) return $ref.replace("#/components/schemas/", "");
  if (anyOf ?? oneOf) return unionOf((anyOf ?? oneOf).map(toType));
  if (one !== undefined) return JSON.stringify(one);
  if (values !== undefined) return unionOf(values.map((value) => JSON.stringify(value)));
  if (Array.isArray(type)) return unionOf(type.map((each) => toType({ ...schema, type: each })));
  if (type === "array") return `readonly (${toType(items ?? {})})[]`;
  if (type === "object") return toObject(schema);
  return { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" }[type] ?? "unknown";
}

function unionOf(types) {
  return [...new Set(types)].join(" | ");
}

function toObject({ properties = {}, required = [], additionalProperties }) {
  const members = Object.entries(properties).map(([name, schema]) => {
    const about = schema.description === undefined ? "" : `/** ${schema.description} */ `;
    const [mark, orNot] = required.includes(name) ? ["", ""] : ["?", " | undefined"];
    return `${about}readonly ${JSON.stringify(name)}${mark}: ${toType(schema)}${orNot};`;
  });
  const isOpen = typeof additionalProperties === "object" && Object.keys(additionalProperties).length === 0;
  if (additionalProperties === true || (isOpen && members.length > 0))
    return `{ ${members.join(" ")} readonly [key: string]: unknown }`;
  if (typeof additionalProperties === "object" && members.length === 0)
    return `{ readonly [key: string]: ${toType(additionalProperties)} }`;
  return `{ ${members.join(" ")} }`;
}

function format(source) {
  const { status, stdout, stderr } = spawnSync(`${root}node_modules/.bin/oxfmt`, ["--stdin-filepath", file], {
    input: source,
    encoding: "utf8",
    cwd: root,
  });
  if (status !== 0) throw new Error(`the types cannot be formatted: ${stderr}`);
  return stdout;
}
