import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttributeValue, LogRecord, Span } from "../../src/model/span.ts";
import { createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { redaction } from "../../src/processors/redaction.ts";
import { logRecords, spans } from "../otlp/arbitraries.ts";
import { logRecordWith, resource, scope, spanWith } from "../support/records.ts";
import { createProcessor, problemsOf } from "./processed.ts";

const gone = "[REDACTED]";
const address = "bob@example.com";
const secret = "sk-abcdefghijklmnopqrstuvwxyz";
const map = (entries: Record<string, AttributeValue>) => new Map(Object.entries(entries));

async function attributesAfter(config: object, attributes: Record<string, AttributeValue>) {
  const [span] = await createProcessor(redaction, config).spans([spanWith({ attributes: map(attributes) })]);
  return Object.fromEntries(span?.attributes ?? []);
}

describe("the configuration", () => {
  test.each([
    [{}, []],
    [{ presets: ["pii", "secrets"] }, []],
    [
      { blocked_values: ["ok", "(a"] },
      ["blocked_values::1: is not an RE2 pattern: error parsing regexp: missing closing ): `(a`"],
    ],
    [
      { blocked_key_patterns: ["(?=a)"] },
      [
        "blocked_key_patterns::0: is not an RE2 pattern: error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
      ],
    ],
    [{ hash_function: "hmac-sha256" }, ['hash_function: "hmac-sha256" needs an "hmac_key"']],
    [{ hash_function: "hmac-sha256", hmac_key: "k" }, []],
    [{ presets: ["valiqor"] }, []],
    [{ presets: ["pi"] }, ['presets::0: Invalid option: expected one of "pii"|"secrets"|"valiqor"']],
    [{ blocked_value: [] }, ['Unrecognized key: "blocked_value"']],
  ])("%j: %j", (config, problems) => {
    expect(problemsOf(redaction, config)).toEqual(problems);
  });
});

describe("attributes", () => {
  const before = { keep: `a ${address}`, drop: "b", safe: address, "db.token_name": "c" };

  test.each<[string, object, object]>([
    ["all go when none is allowed", {}, {}],
    [
      "only allowed and ignored ones stay",
      { allowed_keys: ["keep"], ignored_keys: ["safe"] },
      { keep: `a ${address}`, safe: address },
    ],
    ["all stay when all are allowed", { allow_all_keys: true }, before],
    ["all stay with presets alone", { presets: ["pii"] }, { ...before, keep: `a ${gone}`, safe: gone }],
    ["presets do not allow keys", { presets: ["pii"], allowed_keys: ["keep"] }, { keep: `a ${gone}` }],
    [
      "ignored ones pass untouched",
      { presets: ["pii"], ignored_keys: ["safe"], ignored_key_patterns: ["^ke"] },
      before,
    ],
    [
      "blocked keys lose their values",
      { allow_all_keys: true, blocked_key_patterns: [".*(token|secret).*"] },
      { ...before, "db.token_name": "****" },
    ],
    [
      "blocked values are masked",
      { allow_all_keys: true, blocked_values: ["\\w+@\\w+"] },
      { ...before, keep: "a ****.com", safe: "****.com" },
    ],
    [
      "allowed values are not",
      { allow_all_keys: true, blocked_values: ["bob"], allowed_values: [`^${address}$`] },
      { ...before, keep: "a ****@example.com" },
    ],
    [
      "what is found can be hashed",
      { allow_all_keys: true, blocked_values: [address], hash_function: "md5" },
      { ...before, keep: "a 4b9bb80620f03eb3719e0a061c14283d", safe: "4b9bb80620f03eb3719e0a061c14283d" },
    ],
  ])("%s", async (_, config, after) => {
    expect(await attributesAfter(config, before)).toEqual(after);
  });

  test.each<[string, object, object]>([
    ["silent", {}, {}],
    ["info", {}, { "redaction.redacted.count": 2n, "redaction.masked.count": 1n, "redaction.ignored.count": 1n }],
    [
      "debug",
      {},
      {
        "redaction.redacted.count": 2n,
        "redaction.redacted.keys": "db.token_name,drop",
        "redaction.masked.count": 1n,
        "redaction.masked.keys": "keep",
        "redaction.ignored.count": 1n,
      },
    ],
  ])("a summary that is %s", async (summary, _, added) => {
    const config = { allowed_keys: ["keep"], ignored_keys: ["safe"], blocked_values: [address], summary };
    expect(await attributesAfter(config, before)).toEqual({ keep: "a ****", safe: address, ...added });
  });

  test("a summary does not tell a secret that was a key", async () => {
    const config = { presets: ["pii"], allowed_keys: ["a"], summary: "debug" };
    const after = await attributesAfter(config, { [`to ${address}`]: "x" });
    expect(after).toEqual({ "redaction.redacted.count": 1n, "redaction.redacted.keys": `to ${gone}` });
  });

  test("a second redaction adds to the summary of the first", async () => {
    const { spans } = createProcessor(redaction, { allow_all_keys: true, blocked_values: ["x"], summary: "debug" });
    const again = await spans(await spans([spanWith({ attributes: map({ b: "x" }) })]));
    expect(again[0]?.attributes.get("redaction.masked.count")).toBe(1n);
    const more = await spans([
      spanWith({ attributes: map({ b: "x", "redaction.masked.keys": "a", "redaction.masked.count": 1n }) }),
    ]);
    expect(more[0]?.attributes.get("redaction.masked.keys")).toBe("a,b");
    expect(more[0]?.attributes.get("redaction.masked.count")).toBe(2n);
  });
});

describe("with presets", () => {
  test("nothing that a span says keeps a secret", async () => {
    const text = JSON.stringify({ content: `mail ${address}` });
    const attributes = map({ a: [address, map({ b: text })], [`to ${address}`]: 1n });
    const [span] = await createProcessor(redaction, { presets: ["pii", "secrets"] }).spans([
      spanWith({
        name: `chat ${address}`,
        traceState: `v=${secret}`,
        status: { code: 2, message: address },
        attributes,
        events: [{ name: address, timeUnixNano: 1n, attributes, droppedAttributesCount: 0 }],
        links: [{ traceId: "", spanId: "", traceState: secret, attributes, droppedAttributesCount: 0, flags: 0 }],
        resource: {
          ...resource,
          attributes,
          schemaUrl: `https://u:${secret}@h`,
          entityRefs: [{ schemaUrl: secret, type: secret, idKeys: [address], descriptionKeys: [address] }],
        },
        scope: { ...scope, name: address, version: secret, attributes },
      }),
    ]);
    const said = printed(span);
    expect(said).not.toContain(address);
    expect(said).not.toContain(secret);
    expect(span?.name).toBe(`chat ${gone}`);
    expect(span?.status).toEqual({ code: 2, message: gone });
    expect(span?.attributes).toEqual(map({ a: [gone, map({ b: `{"content":"mail ${gone}"}` })], [`to ${gone}`]: 1n }));
  });

  test("nothing that a log record says keeps a secret", async () => {
    const attributes = map({ a: address });
    const [record] = await createProcessor(redaction, { presets: ["pii", "secrets"], summary: "info" }).logRecords([
      logRecordWith({
        body: map({ x: [address], token: "t", n: 1n }),
        severityText: address,
        eventName: secret,
        attributes,
        resource: { ...resource, attributes },
        scope: { ...scope, attributes },
      }),
    ]);
    expect(printed(record)).not.toContain(address);
    expect(printed(record)).not.toContain(secret);
    expect(record?.body).toEqual(map({ x: [gone], token: gone, n: 1n }));
    expect(record?.attributes).toEqual(
      map({ a: gone, "redaction.masked.count": 1n, "redaction.body.masked.count": 2n }),
    );
  });

  test("no field of any span or log record keeps a secret, and nothing else changes", async () => {
    const { processor } = createProcessor(redaction, { presets: ["pii", "secrets"] });
    await fc.assert(
      fc.asyncProperty(spans, fc.nat(), async (before, place) => {
        const { planted, count } = plant(before, secret, place);
        const after = await processor.process(createSpanBatch({ spans: planted }), { project: "p" });
        expect(after.signal === "traces" && printed(after.spans())).not.toContain(secret);
        expect(after.count).toBe(before.length);
        expect(printed(planted).includes(secret)).toBe(count > 0);
      }),
    );
    await fc.assert(
      fc.asyncProperty(logRecords, fc.nat(), async (before, place) => {
        const { planted } = plant(before, secret, place);
        const after = await createProcessor(redaction, { presets: ["secrets"] }).logRecords(planted);
        expect(printed(after)).not.toContain(secret);
      }),
    );
  });
});

describe("a body that is a map", () => {
  const body = map({ a: map({ a: 1n, b: address }), b: 2n, safe: map({ x: 1n }) });

  test("keeps only allowed keys, at every level", async () => {
    const config = { allowed_keys: ["a", "redaction"], ignored_keys: ["safe"], summary: "debug" };
    const [record] = await createProcessor(redaction, config).logRecords([logRecordWith({ body })]);
    expect(record?.body).toEqual(map({ a: map({ a: 1n }), safe: map({ x: 1n }) }));
    expect(record?.attributes.get("redaction.body.redacted.keys")).toBe("b");
  });
});

test("what has nothing to redact is handed on as it came, and metrics always", async () => {
  const { processor } = createProcessor(redaction, { presets: ["pii", "secrets"] });
  const batch = createSpanBatch({ spans: [spanWith({ attributes: map({ a: "b" }) })] });
  expect(await processor.process(batch, { project: "default" })).toBe(batch);
  const metrics = { signal: "metrics", count: 3 } as const;
  expect(await processor.process(metrics, { project: "default" })).toBe(metrics);
});

test("spans that share a resource share it afterwards too", async () => {
  const shared = { ...resource, attributes: map({ a: address }) };
  const [one, other] = await createProcessor(redaction, { presets: ["pii"] }).spans([
    spanWith({ resource: shared }),
    spanWith({ resource: shared }),
  ]);
  expect(one?.resource.attributes.get("a")).toBe(gone);
  expect(other?.resource).toBe(one?.resource);
});

test("a megabyte in many records lets others have their turn", async () => {
  const many = Array.from({ length: 200 }, () => spanWith({ attributes: map({ a: `${address} `.repeat(1000) }) }));
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await createProcessor(redaction, { presets: ["pii", "secrets"] }).spans(many);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(1);
});

/** Everything in a record, keys too, as one text. */
function printed(value: unknown): string {
  if (value instanceof Map) return [...value].map(([key, member]) => `${String(key)}:${printed(member)}`).join();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  if (Array.isArray(value)) return value.map(printed).join();
  return typeof value === "object" && value !== null ? Object.values(value).map(printed).join() : String(value);
}

/** The records with the secret written into the `place`th of their texts, ids left alone. */
function plant<Record extends Span | LogRecord>(
  records: readonly Record[],
  secret: string,
  place: number,
): { readonly planted: readonly Record[]; readonly count: number } {
  const ids = new Set(["traceId", "spanId", "parentSpanId"]);
  let seen = 0;
  let target = -1;
  const walk = (value: unknown, name = ""): unknown => {
    if (typeof value === "string" && !ids.has(name)) return seen++ === target ? `see ${secret}!` : value;
    if (value instanceof Map) return new Map([...value].map(([key, member]) => [walk(key), walk(member)]));
    if (Array.isArray(value)) return value.map((item: unknown) => walk(item));
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, walk(member, key)]));
  };
  walk(records);
  const count = seen;
  target = count === 0 ? -1 : place % count;
  seen = 0;
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the walk keeps the shape
  return { planted: walk(records) as readonly Record[], count };
}
