/**
 * Which fields the OTLP messages have and how each is encoded: opentelemetry-proto 1.11 `trace.proto`, `logs.proto`,
 * `common.proto`, `resource.proto`, `metrics.proto`. What is not here is unknown, and unknown fields are passed over.
 */
import { FIXED32, FIXED64, LENGTH, VARINT } from "./wire-reader.ts";

export interface FieldShape {
  readonly name: string;
  readonly wireType: number;
  /** For an id: its length in bytes; it may be empty, too. */
  readonly idLength?: number;
  readonly message?: MessageShape;
  /** UTF-8. */
  readonly isText?: boolean;
}

/** The fields by their number. */
export type MessageShape = (FieldShape | undefined)[];

const varint = (name: string): FieldShape => ({ name, wireType: VARINT });
const fixed64 = (name: string): FieldShape => ({ name, wireType: FIXED64 });
const fixed32 = (name: string): FieldShape => ({ name, wireType: FIXED32 });
const bytes = (name: string): FieldShape => ({ name, wireType: LENGTH });
const text = (name: string): FieldShape => ({ name, wireType: LENGTH, isText: true });
const id = (name: string, idLength: number): FieldShape => ({ name, wireType: LENGTH, idLength });
const message = (name: string, message: MessageShape): FieldShape => ({ name, wireType: LENGTH, message });

function shape(fields: Readonly<Record<number, FieldShape>>): MessageShape {
  const numbers = Object.keys(fields).map(Number);
  return Array.from({ length: Math.max(0, ...numbers) + 1 }, (_, number) => fields[number]);
}

/** Fields 8 (`string_value_strindex`) and KeyValue's 3 (`key_strindex`) belong to profiles and mean nothing here. */
export const ANY_VALUE: MessageShape = shape({
  1: text("string_value"),
  2: varint("bool_value"),
  3: varint("int_value"),
  4: fixed64("double_value"),
  7: bytes("bytes_value"),
});
const KEY_VALUE = shape({ 1: text("key"), 2: message("value", ANY_VALUE) });
ANY_VALUE[5] = message("array_value", shape({ 1: message("values", ANY_VALUE) }));
ANY_VALUE[6] = message("kvlist_value", shape({ 1: message("values", KEY_VALUE) }));

const ENTITY_REF = shape({
  1: text("schema_url"),
  2: text("type"),
  3: text("id_keys"),
  4: text("description_keys"),
});

export const RESOURCE = shape({
  1: message("attributes", KEY_VALUE),
  2: varint("dropped_attributes_count"),
  3: message("entity_refs", ENTITY_REF),
});

export const SCOPE = shape({
  1: text("name"),
  2: text("version"),
  3: message("attributes", KEY_VALUE),
  4: varint("dropped_attributes_count"),
});

const EVENT = shape({
  1: fixed64("time_unix_nano"),
  2: text("name"),
  3: message("attributes", KEY_VALUE),
  4: varint("dropped_attributes_count"),
});

const LINK = shape({
  1: id("trace_id", 16),
  2: id("span_id", 8),
  3: text("trace_state"),
  4: message("attributes", KEY_VALUE),
  5: varint("dropped_attributes_count"),
  6: fixed32("flags"),
});

export const SPAN = shape({
  1: id("trace_id", 16),
  2: id("span_id", 8),
  3: text("trace_state"),
  4: id("parent_span_id", 8),
  5: text("name"),
  6: varint("kind"),
  7: fixed64("start_time_unix_nano"),
  8: fixed64("end_time_unix_nano"),
  9: message("attributes", KEY_VALUE),
  10: varint("dropped_attributes_count"),
  11: message("events", EVENT),
  12: varint("dropped_events_count"),
  13: message("links", LINK),
  14: varint("dropped_links_count"),
  15: message("status", shape({ 2: text("message"), 3: varint("code") })),
  16: fixed32("flags"),
});

export const LOG_RECORD = shape({
  1: fixed64("time_unix_nano"),
  2: varint("severity_number"),
  3: text("severity_text"),
  5: message("body", ANY_VALUE),
  6: message("attributes", KEY_VALUE),
  7: varint("dropped_attributes_count"),
  8: fixed32("flags"),
  9: id("trace_id", 16),
  10: id("span_id", 8),
  11: fixed64("observed_time_unix_nano"),
  12: text("event_name"),
});

const data = (name: string): FieldShape => message(name, shape({ 1: bytes("data_points") }));

export const METRIC = shape({
  1: text("name"),
  2: text("description"),
  3: text("unit"),
  5: data("gauge"),
  7: data("sum"),
  9: data("histogram"),
  10: data("exponential_histogram"),
  11: data("summary"),
});
