import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { SpanStatusCode } from "@opentelemetry/api";
import { beforeEach, expect, it, vi } from "vitest";
import type { Mask } from "../../instrumentation/src/masking/mask.ts";
import { createPreparation } from "../../instrumentation/src/prepare-spans.ts";

beforeEach(() => {
  vi.stubEnv("TURNWISE_QUIET", "1");
});

/** A span as another library's instrumentation writes it: with its content everywhere. */
function foreignSpan(): ReadableSpan {
  const exporter = new InMemorySpanExporter();
  const resource = resourceFromAttributes({ "process.command_args": ["node", "--secret"] });
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const linked = {
    context: { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 },
    attributes: { why: "secret" },
  };
  const span = provider.getTracer("theirs").startSpan("GET /secret", { links: [linked] });
  span.setAttributes({ "llm.input": "a secret", tags: ["secret", "x"], count: 3, ok: true });
  span.addEvent("gen_ai.content.prompt", { "gen_ai.prompt": "secret" });
  span.setStatus({ code: SpanStatusCode.ERROR, message: "secret failure" });
  span.end();
  return exporter.getFinishedSpans()[0]!;
}

const allOf = (span: ReadableSpan): unknown => [
  span.name,
  span.status,
  span.attributes,
  span.events.map(({ name, attributes }) => [name, attributes]),
  span.links.map(({ attributes }) => attributes),
  span.resource.attributes,
];

const hide: Mask = (text) => text.replaceAll("secret", "***");

it("masks all of a span, whoever recorded it, and leaves the given one as it is", () => {
  const span = foreignSpan();
  const before = JSON.stringify(allOf(span));
  const masked = createPreparation({ mask: hide, maxTextLength: 1000 })(span);
  expect(allOf(masked)).toEqual([
    "GET /***",
    { code: 2, message: "*** failure" },
    { "llm.input": "a ***", tags: ["***", "x"], count: 3, ok: true },
    [["gen_ai.content.prompt", { "gen_ai.prompt": "***" }]],
    [{ why: "***" }],
    { "process.command_args": ["node", "--***"] },
  ]);
  expect(masked.spanContext()).toEqual(span.spanContext());
  expect(masked.instrumentationScope.name).toBe("theirs");
  expect(JSON.stringify(allOf(span))).toBe(before);
});

it("gives spans of one resource one resource", () => {
  const prepare = createPreparation({ mask: hide, maxTextLength: 1000 });
  const span = foreignSpan();
  expect(prepare(span).resource).toBe(prepare(span).resource);
});

it("drops what a mask fails on, and names it", () => {
  const failing: Mask = (text) => {
    if (text.includes("secret")) throw new Error(`cannot mask ${text}`);
    return text;
  };
  const masked = createPreparation({ mask: failing, maxTextLength: 1000 })(foreignSpan());
  expect(JSON.stringify(allOf(masked))).not.toContain("secret");
  expect(masked.attributes).toEqual({ count: 3, ok: true, "turnwise.masking_failed": ["llm.input", "tags"] });
  expect(masked.droppedAttributesCount).toBe(2);
  expect(masked.events[0]).toMatchObject({
    attributes: { "turnwise.masking_failed": ["gen_ai.prompt"] },
    droppedAttributesCount: 1,
  });
});

it("masks before it shortens, so that no half of a secret gets through, and names what it shortened", () => {
  const text = `${"x".repeat(90)} sk-proj-abcdefghijklmnopqrstuvwx`;
  const span = { ...foreignSpan(), attributes: { text, short: "x" }, events: [], links: [] };
  const prepared = createPreparation({ mask: (part) => part.replace(/sk-[\w-]{20,}/, "[KEY]"), maxTextLength: 100 })(
    span,
  );
  expect(prepared.attributes).toEqual({ text: `${"x".repeat(90)} [KEY]`, short: "x" });
  const shortened = createPreparation({ mask: undefined, maxTextLength: 50 })(span);
  expect(shortened.attributes["turnwise.shortened"]).toEqual(["text"]);
});

it("drops values that no mask can read", () => {
  const strange = { bytes: new Uint8Array([1]), nested: { deep: "secret" }, list: [{ deep: "secret" }] };
  const span = { ...foreignSpan(), attributes: strange as never, events: [], links: [] };
  const masked = createPreparation({ mask: hide, maxTextLength: 100 })(span);
  expect(masked.attributes).toEqual({ "turnwise.masking_failed": ["bytes", "nested", "list"] });
});
