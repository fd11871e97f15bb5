import { describe, expect, test } from "vitest";
import type { Exporter } from "../../src/component/exporter.ts";
import type { Processor } from "../../src/component/processor.ts";
import { OverflowError, PermanentError, UnavailableError } from "../../src/model/errors.ts";
import type { SignalBatch } from "../../src/model/signal-batch.ts";
import { createIngestPipeline, fanOut } from "../../src/service/ingest-pipeline.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const context = { project: "default" };
const metrics = (count: number): SignalBatch => ({ signal: "metrics", count });

const adding = (amount: number): Processor => ({ process: async (batch) => metrics(batch.count + amount) });
const doubling: Processor = { process: (batch) => metrics(batch.count * 2) };

function sink(fail?: () => never): Exporter & { received: SignalBatch[] } {
  const received: SignalBatch[] = [];
  return {
    received,
    async export(batch) {
      fail?.();
      received.push(batch);
    },
  };
}

const failing = (error: unknown) =>
  sink(() => {
    throw error;
  });

function pipelineOf(processors: Processor[], exporters: Exporter[]) {
  const telemetry = createTelemetry();
  const logger = recordingLogger();
  const pipeline = createIngestPipeline({
    processors: processors.map((processor, index) => ({ id: `step/${index}`, processor })),
    exporters: exporters.map((exporter, index) => ({ id: `sink/${index}`, exporter })),
    logger,
    telemetry,
  });
  return { telemetry, logger, pipeline };
}

describe("an ingest pipeline", () => {
  test("runs the processors in order and hands the result to every exporter", async () => {
    const exporters = [sink(), sink()];
    const { pipeline, telemetry } = pipelineOf([adding(1), doubling], exporters);
    await pipeline.deliver(metrics(1), context);
    expect(exporters.map(({ received }) => received)).toEqual([[metrics(4)], [metrics(4)]]);
    expect(telemetry.show()).toContain('otelcol_exporter_sent_metric_points{exporter="sink/0"} 4\n');
  });

  test("counts what went into each processor and what came out of it", async () => {
    const { pipeline, telemetry } = pipelineOf([adding(1), doubling], [sink()]);
    await pipeline.deliver(metrics(1), context);
    for (const line of [
      'otelcol_processor_incoming_items{processor="step/0",otel_signal="metrics"} 1',
      'otelcol_processor_outgoing_items{processor="step/0",otel_signal="metrics"} 2',
      'otelcol_processor_incoming_items{processor="step/1",otel_signal="metrics"} 2',
      'otelcol_processor_outgoing_items{processor="step/1",otel_signal="metrics"} 4',
    ])
      expect(telemetry.show()).toContain(`${line}\n`);
  });

  test("exports nothing when processors took everything away", async () => {
    const exporter = sink();
    const { pipeline } = pipelineOf([{ process: () => metrics(0) }], [exporter]);
    await pipeline.deliver(metrics(1), context);
    expect(exporter.received).toEqual([]);
  });

  test("asks the processors before a body is read", () => {
    const refusing: Processor = {
      ...doubling,
      admit() {
        throw new UnavailableError("full");
      },
    };
    expect(() => pipelineOf([doubling, refusing], [sink()]).pipeline.admit()).toThrow("full");
    expect(() => pipelineOf([doubling], [sink()]).pipeline.admit()).not.toThrow();
  });

  test("refuses what a processor refuses", async () => {
    const exporter = sink();
    const refusing: Processor = {
      process() {
        throw new UnavailableError("full");
      },
    };
    await expect(pipelineOf([refusing], [exporter]).pipeline.deliver(metrics(1), context)).rejects.toThrow("full");
    expect(exporter.received).toEqual([]);
  });

  test.each([
    ["permanent stays permanent", [new PermanentError("bad")], PermanentError],
    ["unavailable stays unavailable", [new UnavailableError("busy")], UnavailableError],
    ["anything else is to be sent again", [new TypeError("bug")], UnavailableError],
    ["what is no error too", ["text"], UnavailableError],
    [
      "one that can be sent again makes the whole so",
      [new PermanentError("bad"), new UnavailableError("busy")],
      UnavailableError,
    ],
    ["all permanent is permanent", [new PermanentError("bad"), new PermanentError("worse")], PermanentError],
  ])("%s", async (_, errors, expected) => {
    const healthy = sink();
    const { pipeline, telemetry } = pipelineOf([], [...errors.map(failing), healthy]);
    await expect(pipeline.deliver(metrics(1), context)).rejects.toBeInstanceOf(expected);
    expect(healthy.received).toHaveLength(1);
    expect(telemetry.show()).toContain('otelcol_exporter_send_failed_metric_points{exporter="sink/0"} 1\n');
  });

  test("keeps the time to wait that an exporter asks for", async () => {
    const { pipeline } = pipelineOf([], [failing(new UnavailableError("busy", { retryAfterSeconds: 7 }))]);
    await expect(pipeline.deliver(metrics(1), context)).rejects.toMatchObject({ retryAfterSeconds: 7 });
  });

  test("logs what nobody foresaw, and only that", async () => {
    const expected = pipelineOf([], [failing(new UnavailableError("busy"))]);
    await expect(expected.pipeline.deliver(metrics(1), context)).rejects.toThrow("busy");
    expect(expected.logger.lines).toEqual([]);
    const unexpected = pipelineOf([], [failing(new TypeError("bug"))]);
    await expect(unexpected.pipeline.deliver(metrics(1), context)).rejects.toThrow("could not be delivered");
    expect(unexpected.logger.lines).toMatchObject([{ level: "error", fields: { exporter: "sink/0" } }]);
  });

  describe("with an exporter that has no room", () => {
    const full = failing(new OverflowError("full"));
    const keeping = (keeps: boolean): Exporter => ({ ...sink(), keeps: () => keeps });

    test("takes what another one keeps", async () => {
      const { pipeline, telemetry } = pipelineOf([], [full, keeping(true)]);
      await pipeline.deliver(metrics(1), context);
      expect(telemetry.show()).toContain('otelcol_exporter_send_failed_metric_points{exporter="sink/0"} 1\n');
    });

    test.each([
      ["none keeps it", [full, sink()]],
      ["another keeps only some of it", [full, keeping(false)]],
      ["whoever would keep it fails", [full, { ...failing(new UnavailableError("busy")), keeps: () => true }]],
      ["another fails in another way", [full, keeping(true), failing(new UnavailableError("busy"))]],
    ])("refuses for now where %s", async (_, exporters) => {
      await expect(pipelineOf([], exporters).pipeline.deliver(metrics(1), context)).rejects.toBeInstanceOf(
        UnavailableError,
      );
    });

    test("takes what another pipeline keeps, and not what that one has filtered out", async () => {
      const keeps = pipelineOf([], [keeping(true)]).pipeline;
      const overflows = pipelineOf([], [full]).pipeline;
      const filters = pipelineOf([{ process: () => metrics(0) }], [keeping(true)]).pipeline;
      await fanOut([overflows, keeps]).deliver(metrics(1), context);
      await expect(fanOut([overflows, filters]).deliver(metrics(1), context)).rejects.toBeInstanceOf(OverflowError);
    });
  });

  test("waits for the slowest exporter, also when another has failed", async () => {
    let finish: () => void = () => undefined;
    const slow: Exporter = { export: () => new Promise((resolve) => (finish = resolve)) };
    const { pipeline } = pipelineOf([], [failing(new UnavailableError("busy")), slow]);
    let settled = false;
    const delivery = pipeline.deliver(metrics(1), context).catch(() => (settled = true));
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    finish();
    expect(await delivery).toBe(true);
  });
});

describe("a fan-out", () => {
  test("gives every pipeline the batch, and fails when one of them does", async () => {
    const [first, second] = [sink(), sink()];
    const both = fanOut([pipelineOf([doubling], [first]).pipeline, pipelineOf([], [second]).pipeline]);
    both.admit();
    await both.deliver(metrics(1), context);
    expect([first.received, second.received]).toEqual([[metrics(2)], [metrics(1)]]);
    const broken = fanOut([
      pipelineOf([], [failing(new PermanentError("bad"))]).pipeline,
      pipelineOf([], [second]).pipeline,
    ]);
    await expect(broken.deliver(metrics(1), context)).rejects.toThrow(PermanentError);
    expect(second.received).toHaveLength(2);
  });
});
