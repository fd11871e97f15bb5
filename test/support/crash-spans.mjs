// What the crash test writes: request n is a trace of its own with repeating model calls, the same whenever it is made.
import { encodeSpans } from "../../dist/otlp/encode-records.js";

export const SPANS_PER_REQUEST = 8;

export function crashSpans(request) {
  const none = { droppedAttributesCount: 0, schemaUrl: "", attributes: new Map() };
  const history = Array.from({ length: SPANS_PER_REQUEST }, (_, index) => `message ${request}.${index} `.repeat(40));
  return encodeSpans(
    history.map((_, index) => ({
      traceId: request.toString(16).padStart(32, "0"),
      spanId: (index + 1).toString(16).padStart(16, "0"),
      traceState: "",
      flags: 0,
      name: "chat",
      kind: 1,
      startTimeUnixNano: BigInt(request) * 1000n,
      endTimeUnixNano: BigInt(request) * 1000n + 5n,
      status: { code: 0, message: "" },
      attributes: new Map([["messages", history.slice(0, index + 1).join()]]),
      droppedAttributesCount: 0,
      events: [],
      droppedEventsCount: 0,
      links: [],
      droppedLinksCount: 0,
      resource: { ...none, entityRefs: [] },
      scope: { ...none, name: "s", version: "" },
    })),
  );
}
