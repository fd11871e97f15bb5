import { describe, expect, test } from "vitest";
import { debugExporter } from "../../src/exporters/debug.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";
import { createLogBatch, createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { logRecordWith, spanWith } from "../support/records.ts";
import { noNeeds } from "../support/no-needs.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const secret = "the customer's secret";
const attributes = new Map<string, string | bigint | Uint8Array>([
  ["__proto__", secret],
  ["n", 1n],
  ["b", Uint8Array.of(1)],
]);
const spans = createSpanBatch({ encoded: encodeSpans([spanWith({ name: "chat gpt", attributes })]) });
const logs = createLogBatch({
  encoded: encodeLogRecords([logRecordWith({ eventName: "gen_ai.choice", body: secret })]),
});

async function shownAt(verbosity: string) {
  const logger = recordingLogger();
  const exporter = debugExporter.create(debugExporter.configSchema.parse({ verbosity }), {
    id: "debug",
    logger,
    telemetry: createTelemetry(),
    ...noNeeds,
  });
  for (const batch of [spans, logs, { signal: "metrics", count: 2 } as const])
    await exporter.export(batch, { project: "default" });
  return logger.lines;
}

describe("the debug exporter", () => {
  test("shows one line a batch at basic", async () => {
    const lines = await shownAt("basic");
    expect(lines.map(({ fields }) => fields)).toEqual([
      { exporter: "debug", signal: "traces", count: 1 },
      { exporter: "debug", signal: "logs", count: 1 },
      { exporter: "debug", signal: "metrics", count: 2 },
    ]);
  });

  test("names the records at normal, and shows no content", async () => {
    const text = JSON.stringify(await shownAt("normal"));
    expect(text).toContain("chat gpt");
    expect(text).toContain("gen_ai.choice");
    expect(text).not.toContain(secret);
  });

  test("shows content at detailed, as data and never as a message", async () => {
    const lines = await shownAt("detailed");
    const text = JSON.stringify(lines.map(({ fields }) => fields));
    expect(text.split(secret)).toHaveLength(3);
    expect(text).toContain('"n":"1","b":"AQ=="');
    expect(new Set(lines.map(({ message }) => message))).toEqual(new Set(["batch", "record"]));
  });

  test("refuses another verbosity", () => {
    expect(debugExporter.configSchema.safeParse({ verbosity: "loud" }).success).toBe(false);
  });
});
