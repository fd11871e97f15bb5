import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { AttributeValue } from "../../src/model/span.ts";
import { createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { attributes } from "../../src/processors/attributes.ts";
import { resource as resourceProcessor } from "../../src/processors/resource.ts";
import { logRecordWith, resource, scope, spanWith } from "../support/records.ts";
import { createProcessor, problemsOf } from "./processed.ts";

type Entries = Record<string, AttributeValue>;
const map = (entries: Entries) => new Map(Object.entries(entries));
const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function after(actions: readonly object[], before: Entries, metadata?: ReadonlyMap<string, string>) {
  const context = { project: "default", ...(metadata && { metadata }) };
  const [span] = await createProcessor(attributes, { actions }).spans([spanWith({ attributes: map(before) })], context);
  return span?.attributes;
}

describe("the configuration", () => {
  test.each<[object, string[]]>([
    [{}, ["actions: Invalid input: expected array, received undefined"]],
    [{ actions: [] }, ["actions: needs at least one action"]],
    [
      { actions: [{ key: "a", action: "put", value: 1 }] },
      ["actions::0::action: must be one of insert, update, upsert, delete, hash, extract, convert"],
    ],
    [{ actions: [{ action: "insert", value: 1 }] }, ['actions::0: "insert" needs a "key"']],
    [
      { actions: [{ key: "a", action: "insert" }] },
      ['actions::0: "insert" needs one of "value", "from_attribute", "from_context", "default_value"'],
    ],
    [
      { actions: [{ key: "a", action: "upsert", value: 1, from_attribute: "b" }] },
      ['actions::0: only one of "value", "from_attribute", "from_context" may be given'],
    ],
    [
      { actions: [{ key: "a", action: "update", value: 1, pattern: "b" }] },
      ['actions::0: "update" does not use "pattern"'],
    ],
    [
      { actions: [{ key: "a", action: "upsert", from_context: "auth.subject" }] },
      ['actions::0::from_context: only "metadata.NAME" is there, a header of the request'],
    ],
    [{ actions: [{ action: "delete" }] }, ['actions::0: "delete" needs a "key"']],
    [{ actions: [{ key: "a", action: "delete", value: 1 }] }, ['actions::0: "delete" does not use "value"']],
    [
      { actions: [{ action: "hash", pattern: "(" }] },
      ["actions::0::pattern: is not an RE2 pattern: error parsing regexp: missing closing ): `(`"],
    ],
    [
      { actions: [{ key: "a", action: "extract", pattern: "(b)" }] },
      ['actions::0: "extract" needs a "pattern" with groups, all of them named'],
    ],
    [
      { actions: [{ key: "a", action: "extract", pattern: "(?P<b>b)(c)" }] },
      ['actions::0: "extract" needs a "pattern" with groups, all of them named'],
    ],
    [{ actions: [{ key: "a", action: "convert" }] }, ['actions::0: "convert" needs a "converted_type"']],
    [
      { actions: [{ key: "a", action: "DELETE" }], include: { match_type: "strict" } },
      ["include: needs something to match, such as services, span_names or attributes"],
    ],
    [
      {
        actions: [{ key: "a", action: "delete" }],
        exclude: { match_type: "regexp", services: ["ok", "("], attributes: [{ key: "k", value: "[" }] },
      },
      [
        "exclude::services::1: is not an RE2 pattern: error parsing regexp: missing closing ): `(`",
        "exclude::attributes::0::value: is not an RE2 pattern: error parsing regexp: missing closing ]: `[`",
      ],
    ],
    [{ actions: [{ key: "a", action: "delete" }], include: { match_type: "strict", services: ["("] } }, []],
  ])("%j: %j", (config, problems) => {
    expect(problemsOf(attributes, config)).toEqual(problems);
  });
});

describe("actions", () => {
  test.each<[string, object, Entries, Entries]>([
    ["insert where there is none", { action: "insert", key: "a", value: "x" }, {}, { a: "x" }],
    ["insert not where there is one", { action: "insert", key: "a", value: "x" }, { a: "y" }, { a: "y" }],
    ["update where there is one", { action: "update", key: "a", value: 5 }, { a: "y" }, { a: 5n }],
    ["update not where there is none", { action: "update", key: "a", value: 5 }, { b: "y" }, { b: "y" }],
    ["upsert either way", { action: "upsert", key: "a", value: 1.5 }, { a: "y" }, { a: 1.5 }],
    [
      "a value of any kind",
      { action: "upsert", key: "a", value: { b: [true, null, 1] } },
      {},
      { a: map({ b: [true, null, 1n] }) },
    ],
    [
      "a value from another attribute",
      { action: "upsert", key: "a", from_attribute: "b" },
      { b: [1n] },
      { a: [1n], b: [1n] },
    ],
    [
      "nothing from an attribute that is not there",
      { action: "upsert", key: "a", from_attribute: "b" },
      { a: "y" },
      { a: "y" },
    ],
    [
      "a default instead of it",
      { action: "upsert", key: "a", from_attribute: "b", default_value: "d" },
      {},
      { a: "d" },
    ],
    ["delete by key", { action: "delete", key: "a" }, { a: "y", ab: "z" }, { ab: "z" }],
    ["delete by pattern, anywhere in the key", { action: "delete", pattern: "b$" }, { a: "y", ab: "z" }, { a: "y" }],
    ["delete by both", { action: "delete", key: "a", pattern: "b$" }, { a: "y", ab: "z", c: 1n }, { c: 1n }],
    ["hash a text", { action: "hash", key: "a" }, { a: "y" }, { a: sha256("y") }],
    [
      "hash a number, by its eight bytes",
      { action: "hash", key: "a" },
      { a: 258n },
      { a: sha256(new Uint8Array([2, 1, 0, 0, 0, 0, 0, 0])) },
    ],
    [
      "hash a fraction, by its eight bytes",
      { action: "hash", key: "a" },
      { a: 1 },
      { a: sha256(new Uint8Array([0, 0, 0, 0, 0, 0, 0xf0, 0x3f])) },
    ],
    ["hash true", { action: "hash", key: "a" }, { a: true }, { a: sha256(new Uint8Array([1])) }],
    ["hash a list", { action: "hash", pattern: "^a" }, { a: ["y"] }, { a: sha256('["y"]') }],
    ["hash nothing", { action: "hash", key: "a" }, { b: "y" }, { b: "y" }],
    [
      "extract groups under their names",
      { action: "extract", key: "url", pattern: "^/(?P<version>v\\d+)/(?P<what>\\w+)(?:/(?P<id>\\d+))?" },
      { url: "/v1/traces", what: 1n },
      { url: "/v1/traces", version: "v1", what: "traces", id: "" },
    ],
    [
      "extract nothing where nothing matches",
      { action: "extract", key: "url", pattern: "(?P<x>z)" },
      { url: "abc" },
      { url: "abc" },
    ],
    ["extract only from text", { action: "extract", key: "url", pattern: "(?P<x>1)" }, { url: 1n }, { url: 1n }],
    [
      "a key that is only special in JavaScript",
      { action: "insert", key: "__proto__", value: "x" },
      {},
      Object.fromEntries([["__proto__", "x"]]),
    ],
  ])("%s", async (_, action, before, expected) => {
    expect(await after([action], before)).toEqual(map(expected));
  });

  test.each<[AttributeValue, string, AttributeValue]>([
    ["12", "int", 12n],
    ["-12", "int", -12n],
    ["12.7", "int", "12.7"],
    ["99999999999999999999", "int", "99999999999999999999"],
    [12.7, "int", 12n],
    [-12.7, "int", -12n],
    [Number.NaN, "int", Number.NaN],
    [1e30, "int", 1e30],
    [true, "int", 1n],
    ["1.5e3", "double", 1500],
    ["x", "double", "x"],
    [3n, "double", 3],
    [false, "double", 0],
    [3n, "string", "3"],
    [1.5, "string", "1.5"],
    [true, "string", "true"],
    [["a", 1n], "string", '["a","1"]'],
    [null, "string", null],
  ])("convert %s to %s: %s", async (value, converted_type, expected) => {
    expect(await after([{ action: "convert", key: "a", converted_type }], { a: value })).toEqual(map({ a: expected }));
  });

  test("happen in their order", async () => {
    const actions = [
      { action: "insert", key: "b", from_attribute: "a" },
      { action: "delete", key: "a" },
      { action: "hash", key: "b" },
    ];
    expect(await after(actions, { a: "x" })).toEqual(map({ b: sha256("x") }));
  });

  test.each<[string, ReadonlyMap<string, string> | undefined, Entries]>([
    ["metadata.X-Tenant-Id", new Map([["x-tenant-id", "acme"]]), { t: "acme" }],
    ["x-tenant-id", new Map([["x-tenant-id", "acme"]]), { t: "acme" }],
    ["metadata.x-tenant-id", new Map([["__proto__", "acme"]]), { t: "default" }],
    ["metadata.__proto__", new Map(), { t: "default" }],
    ["metadata.x-tenant-id", undefined, { t: "default" }],
  ])("take %s from the request's headers %s", async (from_context, metadata, expected) => {
    const action = { action: "upsert", key: "t", from_context, default_value: "default" };
    expect(await after([action], {}, metadata)).toEqual(map(expected));
  });
});

describe("include and exclude", () => {
  const span = spanWith({
    name: "chat gpt",
    kind: 3,
    attributes: map({ n: 5n, s: "text" }),
    resource: { ...resource, attributes: map({ "service.name": "shop", zone: "a" }) },
    scope: { ...scope, name: "lib", version: "1.2" },
  });
  const record = logRecordWith({
    body: "it failed",
    severityNumber: 17,
    severityText: "ERROR",
    attributes: map({ n: 5n }),
  });

  test.each<[object, boolean]>([
    [{ match_type: "strict", services: ["shop", "other"] }, true],
    [{ match_type: "strict", services: ["sho"] }, false],
    [{ match_type: "regexp", services: ["^sh"] }, true],
    [{ match_type: "strict", span_names: ["chat gpt"] }, true],
    [{ match_type: "regexp", span_names: ["^chat$"] }, false],
    [{ match_type: "strict", span_kinds: ["SPAN_KIND_CLIENT"] }, true],
    [{ match_type: "strict", span_kinds: ["SPAN_KIND_SERVER"] }, false],
    [{ match_type: "strict", attributes: [{ key: "n", value: 5 }, { key: "s" }] }, true],
    [{ match_type: "strict", attributes: [{ key: "n", value: 5 }, { key: "x" }] }, false],
    [{ match_type: "strict", attributes: [{ key: "n", value: "5" }] }, false],
    [{ match_type: "regexp", attributes: [{ key: "n", value: "^5$" }] }, true],
    [{ match_type: "strict", resources: [{ key: "zone", value: "a" }] }, true],
    [{ match_type: "strict", resources: [{ key: "zone", value: "b" }] }, false],
    [{ match_type: "strict", libraries: [{ name: "lib" }] }, true],
    [
      {
        match_type: "strict",
        libraries: [
          { name: "lib", version: "2" },
          { name: "lib", version: "1.2" },
        ],
      },
      true,
    ],
    [{ match_type: "strict", libraries: [{ name: "lib", version: "" }] }, false],
    [{ match_type: "strict", services: ["shop"], span_names: ["other"] }, false],
  ])("%j matches the span: %j", async (match, isMatch) => {
    const actions = [{ action: "insert", key: "hit", value: true }];
    const [included] = await createProcessor(attributes, { actions, include: match }).spans([span]);
    const [excluded] = await createProcessor(attributes, { actions, exclude: match }).spans([span]);
    expect([included?.attributes.has("hit"), excluded?.attributes.has("hit")]).toEqual([isMatch, !isMatch]);
  });

  test.each<[object, boolean]>([
    [{ match_type: "regexp", log_bodies: ["fail"] }, true],
    [{ match_type: "strict", log_bodies: ["fail"] }, false],
    [{ match_type: "strict", log_severity_texts: ["ERROR"] }, true],
    [{ match_type: "strict", log_severity_number: { min: 17 } }, true],
    [{ match_type: "strict", log_severity_number: { min: 18 } }, false],
    [{ match_type: "strict", attributes: [{ key: "n" }] }, true],
  ])("%j matches the log record: %j", async (match, isMatch) => {
    const actions = [{ action: "insert", key: "hit", value: true }];
    const [included] = await createProcessor(attributes, { actions, include: match }).logRecords([record]);
    expect(included?.attributes.has("hit")).toBe(isMatch);
  });

  test("a log record without a severity matches only when that is wanted", async () => {
    const actions = [{ action: "insert", key: "hit", value: true }];
    const hit = async (match_undefined: boolean) => {
      const include = { match_type: "strict", log_severity_number: { min: 9, match_undefined } };
      const [found] = await createProcessor(attributes, { actions, include }).logRecords([
        logRecordWith({ severityNumber: 0 }),
      ]);
      return found?.attributes.has("hit");
    };
    expect([await hit(true), await hit(false)]).toEqual([true, false]);
  });
});

test("a batch in which nothing changes is handed on as it came", async () => {
  const { processor } = createProcessor(attributes, { actions: [{ action: "update", key: "a", value: 1 }] });
  const batch = createSpanBatch({ spans: [spanWith({ attributes: map({ a: 1n }) }), spanWith({})] });
  expect(await processor.process(batch, { project: "default" })).toBe(batch);
});

describe("the resource processor", () => {
  test("changes the attributes of resources, which stay shared", async () => {
    const config = {
      attributes: [
        { action: "upsert", key: "zone", value: "b" },
        { action: "delete", key: "host" },
      ],
    };
    const shared = { ...resource, attributes: map({ zone: "a", host: "h" }) };
    const [one, other] = await createProcessor(resourceProcessor, config).spans([
      spanWith({ resource: shared }),
      spanWith({ resource: shared }),
    ]);
    expect(one?.resource.attributes).toEqual(map({ zone: "b" }));
    expect(other?.resource).toBe(one?.resource);
    const [record] = await createProcessor(resourceProcessor, config).logRecords([logRecordWith({ resource: shared })]);
    expect(record?.resource.attributes).toEqual(map({ zone: "b" }));
  });

  test("takes values from the request that the batch came with, not from an earlier one", async () => {
    const { spans } = createProcessor(resourceProcessor, {
      attributes: [{ action: "upsert", key: "t", from_context: "metadata.t" }],
    });
    const tenants = [];
    for (const tenant of ["a", "b"]) {
      const [span] = await spans([spanWith({})], { project: "default", metadata: new Map([["t", tenant]]) });
      tenants.push(span?.resource.attributes.get("t"));
    }
    expect(tenants).toEqual(["a", "b"]);
  });
});
