import { describe, expect, test, vi } from "vitest";
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

function exporterWith(config: object) {
  const logger = recordingLogger();
  const context = { id: "debug", logger, telemetry: createTelemetry(), ...noNeeds };
  return { exporter: debugExporter.create(debugExporter.configSchema.parse(config), context), logger };
}

async function shownAt(verbosity: string) {
  const { exporter, logger } = exporterWith({ verbosity });
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

  test("shows the first batches of each second and then one in so many", async () => {
    vi.useFakeTimers({ now: 1_000_000, toFake: ["Date"] });
    const { exporter, logger } = exporterWith({ sampling_initial: 2, sampling_thereafter: 3 });
    const shown: number[] = [];
    for (const time of [0, 0, 0, 0, 0, 999, 999, 999, 1000, 1000, 1000]) {
      vi.setSystemTime(1_000_000 + time);
      const before = logger.lines.length;
      await exporter.export({ signal: "metrics", count: 1 }, { project: "default" });
      shown.push(logger.lines.length - before);
    }
    vi.useRealTimers();
    expect(shown).toEqual([1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0]);
  });

  test("refuses another verbosity", () => {
    expect(debugExporter.configSchema.safeParse({ verbosity: "loud" }).success).toBe(false);
  });
});
