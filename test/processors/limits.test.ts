import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttributeValue } from "../../src/model/span.ts";
import { createLogBatch, createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { createLimits, limits, type LimitsConfig } from "../../src/processors/limits.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { logRecords, spans } from "../otlp/arbitraries.ts";
import { logRecordWith, resource, scope, spanWith } from "../support/records.ts";
import { createProcessor, problemsOf } from "./processed.ts";

const map = (entries: Record<string, AttributeValue>) => new Map(Object.entries(entries));
const event = { name: "e", timeUnixNano: 1n, attributes: map({ a: "b" }), droppedAttributesCount: 0 };
const link = { traceId: "", spanId: "", traceState: "", attributes: map({}), droppedAttributesCount: 0, flags: 0 };

const nested = (levels: number): AttributeValue => (levels === 0 ? "x" : [nested(levels - 1)]);

test.each([
  [{}, []],
  [{ max_depth: 0 }, ["max_depth: Too small: expected number to be >=1"]],
  [{ clock_skew: { future: "soon" } }, ['clock_skew::future: is not a duration such as "200ms", "5s" or "1m30s"']],
  [{ max_attribute: 1 }, ['Unrecognized key: "max_attribute"']],
  [{ max_spans_per_trace: 50_000, clock_skew: { future: "1h", past: "720h", action: "clamp" } }, []],
])("the configuration %j: %j", (config, problems) => {
  expect(problemsOf(limits, config)).toEqual(problems);
});

describe("what is over a limit is cut and counted", () => {
  test("attributes, beginning with the last", async () => {
    const { spans, numbers } = createProcessor(limits, { max_attributes_per_span: 2 });
    const [span] = await spans([
      spanWith({ attributes: map({ a: 1n, b: 2n, c: 3n, d: 4n }), droppedAttributesCount: 5 }),
    ]);
    expect(span?.attributes).toEqual(map({ a: 1n, b: 2n }));
    expect(span?.droppedAttributesCount).toBe(7);
    expect(numbers("turnwise")).toEqual(['turnwise_discarded_attributes{processor="limits",reason="too_many"} 2']);
  });

  test("events and links", async () => {
    const { spans, numbers } = createProcessor(limits, { max_events_per_span: 1, max_links_per_span: 2 });
    const [span] = await spans([spanWith({ events: [event, event], links: [link, link, link, link] })]);
    expect([span?.events, span?.droppedEventsCount]).toEqual([[event], 1]);
    expect([span?.links, span?.droppedLinksCount]).toEqual([[link, link], 2]);
    expect(numbers("turnwise")).toEqual([
      'turnwise_discarded_events{processor="limits",reason="too_many"} 1',
      'turnwise_discarded_links{processor="limits",reason="too_many"} 2',
    ]);
  });

  test.each<[string, AttributeValue, AttributeValue]>([
    ["a text", "0123456789", "012345678"],
    ["a text between its characters", "0123456ä9", "0123456ä"],
    ["a text that ends in a character of four bytes", "0123456😀", "0123456"],
    ["bytes", new Uint8Array(12), new Uint8Array(9)],
    ["a list as a whole", ["", "a", "b"], ["", "a"]],
    ["a map with its keys", map({ aa: "b", cc: "d" }), map({})],
    ["what fits", "012345678", "012345678"],
  ])("%s", async (_, value, cut) => {
    const { spans, numbers } = createProcessor(limits, { max_attribute_bytes: 10 });
    const [span] = await spans([spanWith({ attributes: map({ k: value }) })]);
    expect(span?.attributes).toEqual(map({ k: cut }));
    expect(span?.droppedAttributesCount).toBe(0);
    expect(numbers("turnwise_discarded_").length > 0).toBe(value !== cut);
  });

  test("an attribute whose key alone is too large", async () => {
    const { spans, numbers } = createProcessor(limits, { max_attribute_bytes: 10 });
    const [span] = await spans([spanWith({ attributes: map({ ["k".repeat(11)]: "", ok: "1" }) })]);
    expect(span?.attributes).toEqual(map({ ok: "1" }));
    expect(span?.droppedAttributesCount).toBe(1);
    expect(numbers("turnwise")).toEqual(['turnwise_discarded_attributes{processor="limits",reason="key_too_large"} 1']);
  });

  test("lists and maps that lie too deep", async () => {
    const { spans, numbers } = createProcessor(limits, { max_depth: 2 });
    const [span] = await spans([spanWith({ attributes: map({ a: [["x"]], b: [[["x"]]], c: map({ d: [map({})] }) }) })]);
    expect(span?.attributes).toEqual(map({ a: [["x"]], b: [[null]], c: map({ d: [null] }) }));
    expect(numbers("turnwise")).toEqual(['turnwise_discarded_values{processor="limits",reason="too_deep"} 2']);
  });

  test("every text of a span, its events, links, resource and scope", async () => {
    const long = "x".repeat(20);
    const cut = "x".repeat(10);
    const [span] = await createProcessor(limits, { max_attribute_bytes: 10 }).spans([
      spanWith({
        name: long,
        traceState: long,
        status: { code: 2, message: long },
        events: [{ ...event, name: long, attributes: map({ a: long }) }],
        links: [{ ...link, traceState: long }],
        resource: { ...resource, attributes: map({ a: long }) },
        scope: { ...scope, name: long, version: long },
      }),
    ]);
    expect(span).toMatchObject({ name: cut, traceState: cut, status: { code: 2, message: cut } });
    expect(span?.events[0]).toMatchObject({ name: cut, attributes: map({ a: "x".repeat(9) }) });
    expect(span?.links[0]?.traceState).toBe(cut);
    expect(span?.resource.attributes).toEqual(map({ a: "x".repeat(9) }));
    expect(span?.scope).toMatchObject({ name: cut, version: cut });
  });

  test("a log record's body and attributes", async () => {
    const { logRecords } = createProcessor(limits, { max_attribute_bytes: 10, max_attributes_per_span: 1 });
    const [record] = await logRecords([logRecordWith({ body: ["x".repeat(20)], attributes: map({ a: 1n, b: 2n }) })]);
    expect(record?.body).toEqual(["xx"]);
    expect(record?.attributes).toEqual(map({ a: 1n }));
    expect(record?.droppedAttributesCount).toBe(1);
  });

  test("spans of a trace, where that is limited; those sent again count once", async () => {
    const { spans, numbers } = createProcessor(limits, { max_spans_per_trace: 2 });
    const span = (spanId: string, traceId = "a".repeat(32)) => spanWith({ traceId, spanId });
    expect((await spans([span("1"), span("2"), span("3")])).map(({ spanId }) => spanId)).toEqual(["1", "2"]);
    expect((await spans([span("2"), span("1"), span("4")])).map(({ spanId }) => spanId)).toEqual(["2", "1"]);
    expect(await spans([span("4", "b".repeat(32))])).toHaveLength(1);
    expect(await spans([span("4")], { project: "other" })).toHaveLength(1);
    expect(numbers("turnwise")).toEqual(['turnwise_discarded_spans{processor="limits",reason="trace_too_large"} 2']);
  });

  test("a count of what is lacking fits in its field", async () => {
    const { spans } = createProcessor(limits, { max_attributes_per_span: 1 });
    const [span] = await spans([spanWith({ attributes: map({ a: 1n, b: 2n }), droppedAttributesCount: 0xffff_ffff })]);
    expect(span?.droppedAttributesCount).toBe(0xffff_ffff);
  });
});

describe("times", () => {
  const nowMs = 1_700_000_000_000;
  const now = BigInt(nowMs) * 1_000_000n;
  const hour = 3_600_000_000_000n;

  function limitsAt(clock_skew: object) {
    const telemetry = createTelemetry();
    const config: LimitsConfig = limits.configSchema.parse({ clock_skew });
    const processor = createLimits(config, { id: "limits", telemetry, now: () => nowMs });
    return { processor, telemetry };
  }

  async function timesAfter(clock_skew: object, start: bigint, end: bigint) {
    const { processor, telemetry } = limitsAt(clock_skew);
    const span = spanWith({
      startTimeUnixNano: start,
      endTimeUnixNano: end,
      events: [{ ...event, timeUnixNano: end }],
    });
    const batch = await processor.process(createSpanBatch({ spans: [span] }), { project: "default" });
    const [after] = batch.signal === "traces" ? batch.spans() : [];
    const times = [after?.startTimeUnixNano, after?.endTimeUnixNano, after?.events[0]?.timeUnixNano];
    return { times, numbers: telemetry.show() };
  }

  test.each([
    ["within the skew stay", {}, now - hour, now, [now - hour, now, now], 0],
    ["in the future come to its edge", {}, now, now + 2n * hour, [now, now + hour, now + hour], 2],
    ["long past come to its edge", { past: "2h" }, now - 3n * hour, now, [now - 2n * hour, now, now], 1],
    ["of 1970 and of 2554 too", { past: "1h" }, 1n, (1n << 64n) - 1n, [now - hour, now + hour, now + hour], 3],
    ["that nobody knew stay unknown", {}, 0n, now, [0n, now, now], 0],
    [
      "are only counted when they are to be kept",
      { action: "keep" },
      now,
      now + 2n * hour,
      [now, now + 2n * hour, now + 2n * hour],
      2,
    ],
  ])("%s", async (_, skew, start, end, times, counted) => {
    const after = await timesAfter(skew, start, end);
    expect(after.times).toEqual(times);
    const count = /^turnwise_skewed_times\{processor="limits"\} (\d+)$/m.exec(after.numbers)?.[1] ?? "0";
    expect(count).toBe(String(counted));
  });

  test("of log records too", async () => {
    const { processor } = limitsAt({});
    const record = logRecordWith({ timeUnixNano: now + 2n * hour, observedTimeUnixNano: 0n });
    const batch = await processor.process(createLogBatch({ logRecords: [record] }), { project: "default" });
    const [after] = batch.signal === "logs" ? batch.logRecords() : [];
    expect([after?.timeUnixNano, after?.observedTimeUnixNano]).toEqual([now + hour, 0n]);
  });
});

describe("any record", () => {
  test("that is within the limits is handed on in the same batch", async () => {
    const { processor } = createProcessor(limits, {});
    await fc.assert(
      fc.asyncProperty(spans, logRecords, async (spans, logRecords) => {
        for (const batch of [createSpanBatch({ spans }), createLogBatch({ logRecords })])
          expect(await processor.process(batch, { project: "default" })).toBe(batch);
      }),
    );
    const metrics = { signal: "metrics", count: 3 } as const;
    expect(await processor.process(metrics, { project: "default" })).toBe(metrics);
  });

  test("never grows, and is within the limits afterwards", async () => {
    const tight = { max_attributes_per_span: 2, max_attribute_bytes: 12, max_events_per_span: 1, max_depth: 2 };
    const { processor } = createProcessor(limits, tight);
    await fc.assert(
      fc.asyncProperty(spans, async (before) => {
        const batch = createSpanBatch({ spans: before });
        const after = await processor.process(batch, { project: "default" });
        if (after.signal !== "traces") throw new Error("spans stay spans");
        expect(after.count).toBe(before.length);
        expect(after.encoded.bytes.length).toBeLessThanOrEqual(batch.encoded.bytes.length + 6 * 8 * before.length);
        expect(after.spans().every(({ attributes, events }) => attributes.size <= 2 && events.length <= 1)).toBe(true);
        expect(await processor.process(after, { project: "default" })).toBe(after);
      }),
    );
  });

  test("as deep as it may come is cut without trouble", async () => {
    const [span] = await createProcessor(limits, {}).spans([spanWith({ attributes: map({ a: nested(64) }) })]);
    expect(JSON.stringify(span?.attributes.get("a"))).toBe(`${"[".repeat(32)}null${"]".repeat(32)}`);
  });
});
