import { SpanKind } from "@opentelemetry/api";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  type ReadableSpan,
  SamplingDecision,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-base";
import { beforeEach, expect, it, vi } from "vitest";
import { createBatches } from "../../instrumentation/src/batches.ts";

beforeEach(() => {
  vi.stubEnv("TURNWISE_QUIET", "1");
});

/** An exporter whose server is down until `recover` is called. */
function createStuckExporter(): { exporter: SpanExporter; recover: () => void; sizes: () => number[] } {
  const waiting: (() => void)[] = [];
  const succeed = (done: (result: ExportResult) => void): void => done({ code: ExportResultCode.SUCCESS });
  const batches: ReadableSpan[][] = [];
  let isDown = true;
  return {
    exporter: {
      export(spans, done) {
        batches.push(spans);
        if (isDown) waiting.push(() => succeed(done));
        else succeed(done);
      },
      shutdown: async () => undefined,
    },
    recover() {
      isDown = false;
      for (const go of waiting.splice(0)) go();
    },
    sizes: () => batches.map((spans) => spans.length),
  };
}

function record(processor: ReturnType<typeof createBatches>, count: number, text: string): void {
  const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer("test");
  for (let i = 0; i < count; i += 1) tracer.startSpan("chat", { kind: SpanKind.CLIENT, attributes: { text } }).end();
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

it("keeps what a server that is down may cost in memory below 32 Mi characters", async () => {
  const { exporter, recover, sizes } = createStuckExporter();
  const batches = createBatches(exporter);
  record(batches, 100, "x".repeat(1024 * 1024));
  recover();
  await batches.forceFlush();
  expect(sum(sizes())).toBe(32);
});

it("keeps at most 1024 spans, and takes new ones when the server is back", async () => {
  const { exporter, recover, sizes } = createStuckExporter();
  const batches = createBatches(exporter);
  record(batches, 3000, "short");
  recover();
  await batches.forceFlush();
  expect(sum(sizes())).toBe(1024);
  record(batches, 10, "short");
  await batches.forceFlush();
  expect(sum(sizes())).toBe(1034);
  expect(Math.max(...sizes())).toBe(64);
});

it("does not send spans that are recorded but not sampled", async () => {
  const { exporter, sizes } = createStuckExporter();
  const batches = createBatches(exporter);
  const sampler = { shouldSample: () => ({ decision: SamplingDecision.RECORD }), toString: () => "record only" };
  const provider = new BasicTracerProvider({ spanProcessors: [batches], sampler });
  provider.getTracer("test").startSpan("chat").end();
  await batches.forceFlush();
  expect(sizes()).toEqual([]);
});
