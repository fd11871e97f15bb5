/** Every field of every body, wrong in every way that its schema knows: generated from the schemas that check them. */
import { assert, asyncProperty, jsonValue } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { routes } from "../../src/api/routes.ts";
import { type ApiServer, ask, hello } from "./api-server.ts";
import { startEvaluationApi } from "./evaluation-api.ts";

let api: ApiServer;
let streamId: string;
beforeAll(async () => {
  api = await startEvaluationApi({ isIdle: true });
  ({ id: streamId } = await api.store.createMessageSession({ ...hello, source: "stream", open: true }));
});
afterAll(async () => api.close());

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
}

type Path = readonly (string | number)[];
/** A body with one thing wrong, and the field that the answer must name. */
interface Wrong {
  readonly what: string;
  readonly body: unknown;
  readonly field: string;
}

const message = {
  role: "assistant",
  content: [{ type: "text", text: "hi" }],
  name: "n",
  tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }],
  tool_call_id: "1",
};
const options = { tools: [{ name: "f" }], metadata: { a: 1 }, instructions: "x", evaluate_safety: true };
const run = {
  project_name: "p",
  metrics: ["contains", { key: "equals", weight: 2 }],
  run_name: "r",
  threshold: 0.5,
  metadata: { a: 1 },
  openai_api_key: "sk-1",
  mode: "async",
  wait: 1,
};
/** Bodies that are taken, with every field that their schema has. */
const good: Readonly<Record<string, object>> = {
  "/api/v1/traces": { messages: [message], ...options },
  "/api/v1/traces/streaming": { initial_messages: [message], ...options },
  "/api/v1/traces/:id/messages": { messages: [message] },
  "/api/v1/traces/batch": { traces: [{ messages: [message] }] },
  "/v2/evaluate": { ...run, dataset: [{ input: "a", output: "b" }] },
  "/v2/evaluate/trace": {
    ...run,
    trace: {
      trace_id: "t",
      messages: [{ role: "user", content: "a" }, message, { role: "assistant", content: "b" }],
      spans: {},
      retrievals: ["a"],
    },
    config: { threshold: 0.5 },
  },
  "/v2/projects": { name: "p" },
};
/** Of which there is less to get wrong. */
const small = new Set(["/api/v1/traces/batch", "/v2/projects"]);

/** With what its references stand for in their place; none of them leads back to itself. */
function resolved(schema: Schema, known: ReadonlyMap<string, Schema>): Schema {
  const names = new Map([
    ...known,
    ...Object.entries(schema.$defs ?? {}).map(([id, one]) => [`#/$defs/${id}`, one] as const),
  ]);
  const { $ref, properties = {}, items, anyOf, ...rest } = schema;
  if ($ref !== undefined) return resolved(names.get($ref) ?? {}, names);
  return {
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, resolved(one, names)])),
    ...(items === undefined ? {} : { items: resolved(items, names) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map((one) => resolved(one, names)) }),
  };
}

const doors = routes.flatMap(({ method, path, body }) => {
  const example = method === "post" ? good[path] : undefined;
  if (body === undefined || example === undefined) return [];
  const schema = resolved(z.toJSONSchema(body, { io: "input", unrepresentable: "any" }) as Schema, new Map());
  return [{ path, example, schema }];
});

const otherValues: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["number", 5],
  ["string", "text"],
  ["boolean", true],
  ["array", []],
  ["object", {}],
];

function allows(schema: Schema, type: string, value: unknown): boolean {
  if (schema.anyOf !== undefined) return schema.anyOf.some((one) => allows(one, type, value));
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.type === undefined) return true;
  const types = typesOf(schema);
  if (!types.includes(type) && !(type === "number" && types.includes("integer"))) return false;
  return type !== "array" || (schema.minItems ?? 0) === 0;
}

const typesOf = ({ type = [] }: Schema): readonly string[] => (typeof type === "string" ? [type] : type);

/** What is wrong at one place: values of all types it does not take, too long, too many, none. */
function* wrongValues(schema: Schema): Generator<readonly [string, unknown]> {
  for (const [type, value] of otherValues) if (!allows(schema, type, value)) yield [type, value];
  const { maxLength, maxItems = 0, enum: values } = schema;
  if (maxLength !== undefined) yield ["too long a text", "x".repeat(maxLength + 1)];
  if (maxItems > 0 && maxItems <= 1000) yield ["too many", Array.from({ length: maxItems + 1 }, () => ({}))];
  if (values !== undefined) yield ["a word it does not know", "human"];
}

function* wrongs(schema: Schema, value: unknown, body: unknown, path: Path = []): Generator<Wrong> {
  const field = path.join(".");
  if (path.length > 0)
    for (const [what, wrong] of wrongValues(schema))
      yield { what: `${field}: ${what}`, body: put(body, path, wrong), field };
  const object = branchFor(schema, value);
  if (Array.isArray(value) && object.items !== undefined)
    for (const [at, item] of value.entries()) yield* wrongs(object.items, item, body, [...path, at]);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  if (object.additionalProperties === false) {
    const unknown = [...path, "nobody_knows"];
    yield { what: `${unknown.join(".")}: unknown`, body: put(body, unknown, 1), field: unknown.join(".") };
  }
  for (const [name, inner] of Object.entries(object.properties ?? {})) {
    const place = [...path, name];
    if (object.required?.includes(name) === true && inner.type !== undefined)
      yield { what: `${place.join(".")}: missing`, body: put(body, place, undefined), field: place.join(".") };
    yield* wrongs(inner, (value as Readonly<Record<string, unknown>>)[name], body, place);
  }
}

/** Of a union the part that the good value is. */
function branchFor(schema: Schema, value: unknown): Schema {
  const type = Array.isArray(value) ? "array" : typeof value;
  return schema.anyOf?.find((one) => one.type === type) ?? schema;
}

function put(root: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const members: readonly [string, unknown][] = Object.entries(root as object);
  const inner = members.find(([name]) => name === String(key))?.[1];
  const changed = [...members.filter(([name]) => name !== String(key)), [key, put(inner, rest, value)] as const];
  const copy: unknown = Array.isArray(root)
    ? Object.assign([], Object.fromEntries(changed))
    : Object.fromEntries(changed);
  return copy;
}

const send = async (path: string, body: unknown) => ask(api, path.replace(":id", streamId), { body });
const isError = (json: object | undefined): boolean =>
  json !== undefined && Object.keys(json).toSorted().join() === "code,detail";
const state = async () => [
  await api.store.countSessions({ project: "default", limit: 1 }),
  (await api.store.readFacts({ project: "default", id: streamId })).messages.length,
  (await api.store.evaluations.findRuns({ project: "default", page: 1, pageSize: 1 })).total,
];

describe.each(doors)("POST $path", ({ path, example, schema }) => {
  const all = [...wrongs(schema, example, example)];

  it("takes the body that the others differ from", async () => {
    expect((await send(path, example)).status).toBeLessThan(300);
  });

  it("is tried with enough that is wrong", () => {
    expect(all.length).toBeGreaterThan(small.has(path) ? 4 : 25);
  });

  it("refuses each, names the field, and stores nothing", async () => {
    const before = await state();
    const taken: string[] = [];
    for (const { what, body, field } of all) {
      const { status, json } = await send(path, body);
      const isRefused =
        status === 400 && json?.code === "invalid_request" && json.detail?.includes(`"${field}"`) === true;
      if (!isRefused) taken.push(`${what}: ${status} ${json?.detail ?? ""}`);
    }
    expect(taken).toEqual([]);
    expect(await state()).toEqual(before);
  });

  it("never breaks on a body of any shape", async () => {
    const before = await state();
    let opened = 0;
    await assert(
      asyncProperty(jsonValue({ maxDepth: 4 }), async (body) => {
        const headers = { "content-type": "application/json" };
        const { status, json } = await ask(api, path.replace(":id", streamId), { headers, body: JSON.stringify(body) });
        // A stream may begin with nothing.
        opened += status === 201 ? 1 : 0;
        return status === 201 ? path.endsWith("/streaming") : status >= 400 && status < 500 && isError(json);
      }),
      { numRuns: 60 },
    );
    const [sessions = 0, ...others] = before;
    expect(await state()).toEqual([sessions + opened, ...others]);
  });
});

it("covers every message door with a body", () => {
  const messageDoors = routes.filter(({ takesMessages }) => takesMessages === true).map(({ path }) => path);
  expect(messageDoors.filter((path) => good[path] === undefined && !path.endsWith("/text"))).toEqual([]);
});
