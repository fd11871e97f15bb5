import { describe, expect, test } from "vitest";
import type { SignalBatch } from "../../src/model/signal-batch.ts";
import type { Span } from "../../src/model/span.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { changeRecords, withMembers } from "../../src/processors/change-records.ts";
import { agentResource, agentSpan } from "../support/agent-spans.ts";

/** Two resources in turns of a thousand: some megabytes. */
const resources = [agentResource, { ...agentResource, schemaUrl: "other" }] as const;
const spans = Array.from({ length: 5000 }, (_, number) =>
  agentSpan({ name: `span ${number}`, resource: resources[Math.floor(number / 1000) % 2 === 0 ? 0 : 1] }),
);
const large = createSpanBatch({ encoded: encodeSpans(spans) });

const spansOf = (batch: SignalBatch): readonly Span[] => (batch.signal === "traces" ? batch.spans() : []);
const rename = (span: Span): Span => withMembers(span, { name: `${span.name}!` });

describe("a large batch", () => {
  test("is changed as a small one is, record by record and in order", async () => {
    const changed = await changeRecords(large, { span: rename });
    expect(changed.count).toBe(spans.length);
    expect(spansOf(changed)).toEqual(spans.map(rename));
  });

  test("may lose records, also all of them", async () => {
    const isOdd = ({ name }: Span): boolean => Number(name.slice(5)) % 2 === 1;
    const half = await changeRecords(large, { span: (span) => (isOdd(span) ? span : undefined) });
    expect(spansOf(half)).toEqual(spans.filter(isOdd));
    expect((await changeRecords(large, { span: () => undefined })).count).toBe(0);
  });

  test("with a change in one place only is whole", async () => {
    const change = (span: Span): Span => (span.name === "span 3210" ? rename(span) : span);
    expect(spansOf(await changeRecords(large, { span: change }))).toEqual(spans.map(change));
  });

  test("is the very same when nothing changes", async () => {
    expect(await changeRecords(large, { span: (span) => span })).toBe(large);
  });

  test("is worked on in small parts, and others get their turn between them", async () => {
    const work = { isDone: false, turns: 0 };
    const count = (): void => {
      work.turns += 1;
      if (!work.isDone) setImmediate(count);
    };
    setImmediate(count);
    await changeRecords(large, { span: rename });
    work.isDone = true;
    expect(work.turns).toBeGreaterThan(9);
  });
});

test("a small batch is not encoded between those that change it", async () => {
  const small = createSpanBatch({ encoded: encodeSpans(spans.slice(0, 10)) });
  const broken = await changeRecords(small, { span: (span) => withMembers(span, { spanId: "" }) });
  const mended = await changeRecords(broken, { span: (span) => withMembers(span, { spanId: "00f067aa0ba902b7" }) });
  expect(mended.signal === "traces" && mended.encoded.records.length / 3).toBe(10);
});
