import protobuf from "protobufjs";
import { z } from "zod";

/** Only as much of OTLP as the test looks at, decoded by protobufjs: not by the code under test nor by ours. */
const schema = protobuf
  .parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span { string name = 5; repeated KeyValue attributes = 9; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { string string_value = 1; }
`)
  .root.lookupType("Request");

const attributeSchema = z.object({ key: z.string(), value: z.object({ stringValue: z.string().optional() }) });
const spanSchema = z.object({ name: z.string(), attributes: z.array(attributeSchema) });
const requestSchema = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) })),
});

/** The names and text attributes of the spans in a protobuf request. */
export function decodeSpans(
  body: Uint8Array,
): readonly { name: string; attributes: Record<string, string | undefined> }[] {
  const request = requestSchema.parse(schema.toObject(schema.decode(body), { arrays: true }));
  const spans = request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  return spans.map(({ name, attributes }) => ({
    name,
    attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])),
  }));
}
