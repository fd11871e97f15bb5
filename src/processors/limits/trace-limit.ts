import { LRUCache } from "lru-cache";
import type { Span } from "../../model/span.ts";

/** Span ids remembered over all traces, some 100 bytes each; of traces beyond that the longest unseen is forgotten. */
const MOST_REMEMBERED = 500_000;

/** Whether a trace may have this span too. Spans that are sent again count once, so that a resent request is cut no more than before. */
export function createTraceLimit(maxSpans: number): (project: string, span: Span) => boolean {
  if (maxSpans === Infinity) return () => true;
  const traces = new LRUCache<string, Set<string>>({ maxSize: MOST_REMEMBERED });
  return (project, { traceId, spanId }) => {
    const key = `${traceId} ${project}`;
    const spanIds = traces.get(key) ?? new Set<string>();
    if (!spanIds.has(spanId) && spanIds.size >= maxSpans) return false;
    spanIds.add(spanId);
    traces.set(key, spanIds, { size: spanIds.size });
    return true;
  };
}
