import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterEach, expect, it, vi } from "vitest";
import { createProvider } from "../../instrumentation/src/provider.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The span that our provider makes of so many attributes and so long a text. */
function recordedSpan(count: number): { attributes: number; dropped: number; longest: number } {
  const exporter = new InMemorySpanExporter();
  const span = createProvider(new SimpleSpanProcessor(exporter), undefined).getTracer("test").startSpan("chat");
  for (let at = 0; at < count; at += 1) span.setAttribute(`llm.input_messages.${at}.message.content`, "x".repeat(5000));
  span.end();
  const [recorded] = exporter.getFinishedSpans();
  const { attributes = {}, droppedAttributesCount: dropped = -1 } = recorded ?? {};
  return { attributes: Object.keys(attributes).length, dropped, longest: String(Object.values(attributes)[0]).length };
}

it.each([
  { env: {}, expected: { attributes: 1000, dropped: 0, longest: 5000 } },
  { env: { OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "10" }, expected: { attributes: 10, dropped: 990, longest: 5000 } },
  { env: { OTEL_ATTRIBUTE_COUNT_LIMIT: "20" }, expected: { attributes: 20, dropped: 980, longest: 5000 } },
  { env: { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "7" }, expected: { attributes: 1000, dropped: 0, longest: 5000 } },
])("limits the number of attributes only when told to, and never cuts their texts: $env", ({ env, expected }) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  expect(recordedSpan(1000)).toEqual(expected);
});
