/** The API as an OpenAPI 3.1 document, out of the routes and the schemas that check what comes and goes. */
import type { ZodType } from "zod";
import { errorSchema } from "../error-contract.ts";
import type { OperationNote, Route } from "../route.ts";
import { describeErrors } from "./describe-errors.ts";
import { createSchemaComponents, type JsonSchema, type SchemaComponents } from "./schema-components.ts";

export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** By path, then by method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: Readonly<Record<string, JsonSchema>>;
  };
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security?: readonly [];
  readonly parameters?: readonly OpenApiParameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: OpenApiContent };
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

export interface OpenApiParameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: JsonSchema;
  readonly style?: "form";
  readonly explode?: boolean;
}

type OpenApiContent = Readonly<Record<string, { readonly schema: JsonSchema }>>;
export interface OpenApiResponse {
  readonly description: string;
  readonly content?: OpenApiContent;
}

const description =
  "Sessions of agents, their turns and judgements. On a server that listens on this machine only, and on which nobody has " +
  "registered, no key is needed. Errors are `{detail, code}`; unknown parameters and fields are errors.";

const securitySchemes = {
  apiKey: { type: "apiKey", in: "header", name: "X-Api-Key" },
  bearer: { type: "http", scheme: "bearer", description: "An API key, or the token that logging in gives." },
};

export function toOpenApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const components = createSchemaComponents();
  const error = components.add(errorSchema, "output");
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of routes)
    (paths[toTemplate(route.path)] ??= {})[route.method] = toOperation(route, components, error);
  return {
    openapi: "3.1.0",
    info: { title: "Turnwise", version, description },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    paths,
    components: { schemas: components.all(), securitySchemes },
  };
}

/** `/sessions/:id` in OpenAPI's syntax: `/sessions/{id}`. */
const toTemplate = (path: string): string => path.replaceAll(/:(\w+)/g, "{$1}");

/** The first word below /api/v1 or /v2. */
const tagOf = ({ path }: Route): string => /^\/(?:api\/v1|v2)\/([^/.]*)/.exec(path)?.[1] ?? "";

function toOperation(route: Route, components: SchemaComponents, error: JsonSchema): OpenApiOperation {
  const { operation, access } = route;
  const parameters = [...pathParameters(route), ...queryParameters(route, components), ...headerParameters(route)];
  const errors = describeErrors(route).map(([status, text]): [string, OpenApiResponse] => [
    String(status),
    { description: text, content: { "application/json": { schema: error } } },
  ]);
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [tagOf(route)],
    ...(access === "public" ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...toRequestBody(route, components),
    responses: Object.fromEntries([...toReplies(operation.reply, components), ...errors]),
  };
}

const pathParameters = ({ path }: Route): OpenApiParameter[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: name === "number" ? { type: "integer", minimum: 0 } : { type: "string" },
  }));

function queryParameters({ query, lists = [] }: Route, components: SchemaComponents): OpenApiParameter[] {
  const { properties = {} } = query === undefined ? {} : components.add(query, "output");
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
    // A list is written with commas, or as a parameter that is given several times.
    ...(schema.type === "array" ? { style: "form" as const, explode: lists.includes(name) } : {}),
  }));
}

const headerParameters = ({ headers = [] }: Route): OpenApiParameter[] =>
  headers.map((name) => ({ name, in: "header", required: false, schema: { type: "string" } }));

function toRequestBody({ body, form, upload }: Route, components: SchemaComponents) {
  if (upload !== undefined) {
    const content: OpenApiContent = Object.fromEntries(upload.map((type) => [type, { schema: { type: "string" } }]));
    return { requestBody: { required: true, content } };
  }
  const schema = body ?? form;
  if (schema === undefined) return {};
  const type = form === undefined ? "application/json" : "multipart/form-data";
  const content = { [type]: { schema: components.add(schema, "input") } };
  return { requestBody: { required: !schema.safeParse({}).success, content } };
}

function toReplies(reply: OperationNote["reply"], components: SchemaComponents): [string, OpenApiResponse][] {
  if ("events" in reply) return [["200", inWords("text/event-stream", reply.events)]];
  if ("page" in reply) return [["200", inWords("text/html", reply.page)]];
  if (reply.status === 204) return [["204", { description: "Done." }]];
  const words = { 200: "It is so.", 201: "Taken in.", 202: "Taken in, and to be done." };
  const toJson = (status: 200 | 201 | 202, body: ZodType): [string, OpenApiResponse] => [
    String(status),
    { description: words[status], content: { "application/json": { schema: components.add(body, "output") } } },
  ];
  const { status, schema, later } = reply;
  return [toJson(status, schema), ...(later === undefined ? [] : [toJson(202, later)])];
}

const inWords = (type: string, description: string): OpenApiResponse => ({
  description,
  content: { [type]: { schema: { type: "string" } } },
});
