import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { expect, it, vi } from "vitest";
import { createOtlpExporter } from "../../../instrumentation/src/otlp/exporter.ts";
import { sendAtExit } from "../../../instrumentation/src/otlp/send-at-exit.ts";
import { otlpTarget } from "../../../instrumentation/src/otlp/target.ts";
import { decodeSpans } from "../decode-spans.ts";

const nowhere = otlpTarget({ endpoint: "http://127.0.0.1:1" }, {});

function recordSpans(count: number) {
  const memory = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
  for (let number = 1; number <= count; number += 1) provider.getTracer("test").startSpan(`span ${number}`).end();
  return memory.getFinishedSpans();
}

it("encodes what is left at the end as long as there is time, and says that some is missing", () => {
  let prepared = 0;
  const exporter = createOtlpExporter(nowhere, (span) => {
    prepared += 1;
    return span;
  });
  exporter.stopSending(() => prepared < 3);
  const done = (): never => expect.fail("nothing is sent any more");
  exporter.export(recordSpans(2), done);
  expect(exporter.isIncomplete()).toBe(false);
  exporter.export(recordSpans(5), done);
  exporter.export(recordSpans(5), done);
  const names = exporter.undelivered().map((payload) => decodeSpans(payload).map(({ name }) => name));
  expect(names).toEqual([["span 1", "span 2"], ["span 1"]]);
  expect({ prepared, isIncomplete: exporter.isIncomplete() }).toEqual({ prepared: 3, isIncomplete: true });
});

it("sends nothing at the end when there is no time left", () => {
  expect(sendAtExit([{ target: nowhere, payloads: [] }], () => 0)).toBe(true);
  expect(sendAtExit([{ target: nowhere, payloads: [new Uint8Array(1)] }], () => 0)).toBe(false);
});

it("waits at the end for what is left of the time when the sending has begun", () => {
  const wait = vi.spyOn(Atomics, "wait");
  const left = [2000, 30];
  expect(sendAtExit([{ target: nowhere, payloads: [new Uint8Array(1)] }], () => left.shift() ?? 0)).toBe(false);
  expect(wait.mock.calls.map(([, , , timeoutMs]) => timeoutMs)).toEqual([30]);
});
