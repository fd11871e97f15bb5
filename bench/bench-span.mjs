/** A span as the store takes it: the client's, of 900 ms, that begins at `at` seconds. */
export function benchSpan(traceId, spanId, name, at, attributes) {
  const start = 1_800_000_000_000_000_000n + BigInt(at) * 1_000_000_000n;
  return {
    traceId,
    spanId,
    traceState: "",
    flags: 0,
    name,
    kind: 3,
    startTimeUnixNano: start,
    endTimeUnixNano: start + 900_000_000n,
    status: { code: 0, message: "" },
    attributes: new Map(attributes),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource,
    scope,
  };
}

const resource = {
  attributes: new Map([["service.name", "bench"]]),
  droppedAttributesCount: 0,
  schemaUrl: "",
  entityRefs: [],
};
const scope = { name: "bench", version: "1", attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "" };
