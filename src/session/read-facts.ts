/** Spans and log records as operations, with their place in the tree. */
import { readSpan } from "../dialects/dialects.ts";
import type { Operation } from "../dialects/operation.ts";
import { createReadMemory } from "../dialects/read-memory.ts";
import { normaliseSpans } from "./normalise-spans.ts";
import { orderLogRecords } from "./order-log-records.ts";
import { buildSpanTree } from "./span-tree.ts";
import type { SpanTree } from "./span-tree.ts";
import { spanKey } from "./span-facts.ts";
import type { SpanFacts } from "./span-facts.ts";

export interface ReadFacts {
  /** In the order in which they started. */
  readonly operations: readonly Operation[];
  readonly tree: SpanTree;
}

export function readFacts({ spans, logRecords }: SpanFacts): ReadFacts {
  const ordered = normaliseSpans(spans);
  const records = orderLogRecords(ordered, logRecords);
  const bySpan = new Map(ordered.map((span) => [spanKey(span), span]));
  const memory = createReadMemory();
  const operations = ordered.map((span) => {
    const parent =
      span.parentSpanId === undefined
        ? undefined
        : bySpan.get(spanKey({ traceId: span.traceId, spanId: span.parentSpanId }));
    const context = {
      logRecords: records.get(spanKey(span)) ?? [],
      memory,
      ...(parent === undefined ? {} : { parent }),
    };
    return readSpan(span, context);
  });
  return { operations, tree: buildSpanTree(operations) };
}
