import { describe, expect, test } from "vitest";
import { createIngestPipeline } from "../../src/service/ingest-pipeline.ts";
import type { AttributeValue } from "../../src/model/span.ts";
import type { SignalBatch } from "../../src/model/signal-batch.ts";
import { createLogBatch, createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { filter } from "../../src/processors/filter.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { logRecordWith, spanWith } from "../support/records.ts";
import { createProcessor, problemsOf } from "./processed.ts";

const map = (entries: Record<string, AttributeValue>) => new Map(Object.entries(entries));

describe("the configuration", () => {
  test.each<[object, string[]]>([
    [{}, ["needs a condition in traces::span, traces::spanevent or logs::log_record"]],
    [{ error_mode: "ignore", traces: { span: ['name == "tick"'] } }, []],
    [
      { error_mode: "never", traces: { span: ["true"] } },
      ['error_mode: Invalid option: expected one of "ignore"|"silent"|"propagate"'],
    ],
    [{ traces: { span: ["true", "name ="] } }, ['traces::span::1: unexpected "=" (at character 6)']],
    [
      { traces: { spans: ["true"] } },
      ['traces: Unrecognized key: "spans"', "needs a condition in traces::span, traces::spanevent or logs::log_record"],
    ],
    [
      { logs: { log_record: ["kind == 1"] } },
      [expect.stringContaining('logs::log_record::0: there is no path "kind" here, only body, ')],
    ],
  ])("%j: %j", (config, problems) => {
    expect(problemsOf(filter, config)).toEqual(problems);
  });
});

test("drops the spans for which one of the conditions holds, and counts them", async () => {
  const { spans, numbers } = createProcessor(filter, {
    error_mode: "ignore",
    traces: { span: ['attributes["http.route"] == "/healthz"', 'name == "tick"'] },
  });
  const kept = await spans([
    spanWith({ name: "tick" }),
    spanWith({ name: "chat" }),
    spanWith({ attributes: map({ "http.route": "/healthz" }) }),
  ]);
  expect(kept.map(({ name }) => name)).toEqual(["chat"]);
  expect(numbers("otelcol_processor_filter")).toEqual(['otelcol_processor_filter_spans_filtered{filter="filter"} 2']);
});

test("drops span events, and leaves the sender's count of lost ones alone", async () => {
  const event = (name: string) => ({ name, timeUnixNano: 1n, attributes: map({}), droppedAttributesCount: 0 });
  const { spans, numbers } = createProcessor(filter, {
    traces: { spanevent: ['name == "noise" and span.name == "chat"'] },
  });
  const [chat, other] = await spans([
    spanWith({ name: "chat", events: [event("noise"), event("said")] }),
    spanWith({ name: "other", events: [event("noise")] }),
  ]);
  expect(chat?.events.map(({ name }) => name)).toEqual(["said"]);
  expect(chat?.droppedEventsCount).toBe(0);
  expect(other?.events).toHaveLength(1);
  expect(numbers("otelcol")).toEqual([]);
});

test("drops log records", async () => {
  const { logRecords, numbers } = createProcessor(filter, {
    logs: { log_record: ["severity_number < SEVERITY_NUMBER_WARN", 'IsMatch(body, "^debug:")'] },
  });
  const kept = await logRecords([
    logRecordWith({ severityNumber: 9 }),
    logRecordWith({ severityNumber: 17, body: "debug: x" }),
    logRecordWith({ severityNumber: 17, body: "real" }),
  ]);
  expect(kept.map(({ body }) => body)).toEqual(["real"]);
  expect(numbers("otelcol")).toEqual(['otelcol_processor_filter_logs_filtered{filter="filter"} 2']);
});

test("hands on a batch from which nothing goes, and signals that it has no conditions for", async () => {
  const { processor } = createProcessor(filter, { traces: { span: ['name == "x"'], spanevent: ["false"] } });
  const batches: SignalBatch[] = [
    createSpanBatch({ spans: [spanWith({})] }),
    createLogBatch({ logRecords: [logRecordWith({})] }),
    { signal: "metrics", count: 2 },
  ];
  for (const batch of batches) expect(await processor.process(batch, { project: "default" })).toBe(batch);
});

test("what is dropped is accepted by the receiver: a pipeline delivers the rest, or nothing", async () => {
  const { processor } = createProcessor(filter, { traces: { span: ['name == "tick"'] } });
  const received: SignalBatch[] = [];
  const pipeline = createIngestPipeline({
    processors: [{ id: "filter", processor }],
    exporters: [{ id: "sink", exporter: { export: async (batch) => void received.push(batch) } }],
    logger: recordingLogger(),
    telemetry: createTelemetry(),
  });
  await pipeline.deliver(createSpanBatch({ spans: [spanWith({ name: "tick" })] }), { project: "default" });
  await pipeline.deliver(createSpanBatch({ spans: [spanWith({ name: "tick" }), spanWith({})] }), {
    project: "default",
  });
  expect(received.map(({ count }) => count)).toEqual([1]);
});

describe("conditions that say themselves what they are about", () => {
  const event = (name: string) => ({ name, timeUnixNano: 1n, attributes: map({}), droppedAttributesCount: 0 });
  const root = spanWith({ name: "root", events: [event("noise"), event("said")] });
  const child = spanWith({ name: "child", parentSpanId: "00f067aa0ba902b7" });

  test.each<[string, readonly unknown[], readonly string[]]>([
    ["a path of a span", ['span.name == "child"'], ["root"]],
    ["a group about spans", [{ context: "span", conditions: ['name == "child"', "IsRootSpan()"] }], []],
    ["a path of a resource", ['resource.attributes["service.name"] == nil'], []],
    ["a group about resources", [{ context: "resource", conditions: ['attributes["service.name"] == nil'] }], []],
    ["a function", ['HasPrefix(span.name, "ch") or HasSuffix(span.name, "x")'], ["root"]],
    ["nothing that holds", ['span.name == "x"'], ["root", "child"]],
  ])("drop spans: %s", async (_, trace_conditions, names) => {
    const { spans } = createProcessor(filter, { trace_conditions });
    expect((await spans([root, child])).map(({ name }) => name)).toEqual(names);
  });

  test("drop events of spans, and log records", async () => {
    const { spans, logRecords } = createProcessor(filter, {
      trace_conditions: ['spanevent.name == "noise" and span.name == "root"'],
      log_conditions: ["log.severity_number < SEVERITY_NUMBER_WARN"],
    });
    const [kept] = await spans([root]);
    expect(kept?.events.map(({ name }) => name)).toEqual(["said"]);
    expect(await logRecords([logRecordWith({ severityNumber: 9 })])).toEqual([]);
  });

  test.each([
    [['span.nam == "x"'], 'trace_conditions::0: there is no path "span.nam" here'],
    [[{ context: "metric", conditions: ["true"] }], "must be span or spanevent or resource"],
  ])("are refused as a whole when one is wrong: %j", (trace_conditions, message) => {
    expect(JSON.stringify(filter.configSchema.safeParse({ trace_conditions }).error?.issues)).toContain(
      message
        .split(": ")
        .at(-1)
        ?.replaceAll('"', String.raw`\"`),
    );
  });
});
