/** Requests in which every field is set, in the one form that proto3 JSON writes. */
import { SPAN, TRACE } from "./requests.ts";

/** Every kind of value (`common.proto`, AnyValue). */
export const VALUES: readonly (readonly [kind: string, value: object])[] = [
  ["text", { stringValue: "héllo ✓ 🚀" }],
  ["empty text", { stringValue: "" }],
  ["bool", { boolValue: true }],
  ["false", { boolValue: false }],
  ["int", { intValue: "9223372036854775807" }],
  ["least int", { intValue: "-9223372036854775808" }],
  ["double", { doubleValue: 0.1 }],
  ["array", { arrayValue: { values: [{ stringValue: "a" }, { intValue: "1" }, {}] } }],
  ["empty array", { arrayValue: {} }],
  ["map", { kvlistValue: { values: [{ key: "k", value: { arrayValue: { values: [{ boolValue: true }] } } }] } }],
  ["bytes", { bytesValue: "AP/+" }],
  ["empty", {}],
];

export const ATTRIBUTES = VALUES.map(([key, value]) => ({ key, value }));
const ATTRIBUTE = [{ key: "k", value: { intValue: "1" } }];

const RESOURCE = {
  attributes: ATTRIBUTES,
  droppedAttributesCount: 1,
  entityRefs: [{ schemaUrl: "e", type: "service", idKeys: ["a"], descriptionKeys: ["b"] }],
};
const SCOPE = { name: "scope", version: "1", attributes: ATTRIBUTE, droppedAttributesCount: 2 };

export const FULL_TRACES = {
  resourceSpans: [
    {
      resource: RESOURCE,
      scopeSpans: [
        {
          scope: SCOPE,
          spans: [
            {
              traceId: TRACE,
              spanId: SPAN,
              traceState: "a=b,c=d",
              parentSpanId: "00f067aa0ba902b7",
              flags: 0x301,
              name: "name",
              kind: 3,
              startTimeUnixNano: "1700000000123456789",
              endTimeUnixNano: "1700000001987654321",
              attributes: ATTRIBUTES,
              droppedAttributesCount: 3,
              events: [
                { timeUnixNano: "1700000000123456790", name: "e", attributes: ATTRIBUTE, droppedAttributesCount: 4 },
              ],
              droppedEventsCount: 5,
              links: [
                {
                  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
                  spanId: "00f067aa0ba902b8",
                  traceState: "x=y",
                  attributes: ATTRIBUTE,
                  droppedAttributesCount: 6,
                  flags: 0x100,
                },
              ],
              droppedLinksCount: 7,
              status: { message: "m", code: 2 },
            },
          ],
          schemaUrl: "https://example.com/scope",
        },
      ],
      schemaUrl: "https://example.com/resource",
    },
  ],
};

/** A log record with the given body. */
export const fullLogs = (body: object): object => ({
  resourceLogs: [
    {
      resource: RESOURCE,
      scopeLogs: [
        {
          scope: SCOPE,
          logRecords: [
            {
              timeUnixNano: "1700000000123456789",
              observedTimeUnixNano: "1700000000123456790",
              severityNumber: 24,
              severityText: "FATAL4",
              body,
              attributes: ATTRIBUTES,
              droppedAttributesCount: 3,
              flags: 1,
              traceId: TRACE,
              spanId: SPAN,
              eventName: "event",
            },
          ],
          schemaUrl: "https://example.com/scope",
        },
      ],
      schemaUrl: "https://example.com/resource",
    },
  ],
});
