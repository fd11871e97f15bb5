/** protobufjs as an independent reader and writer of the same messages. It speaks OTLP/JSON objects here. */
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

const root = protobuf.loadSync(fileURLToPath(new URL("../fixtures/otlp/opentelemetry.proto", import.meta.url)));

const ID_KEYS = new Set(["traceId", "spanId", "parentSpanId"]);

/** Decodes a message to an OTLP/JSON object: 64-bit integers as strings, hex ids, base64 bytes. */
export function oracleDecode(type: string, bytes: Uint8Array): Record<string, unknown> {
  const messageType = root.lookupType(`otlp.${type}`);
  const options = { longs: String, bytes: String, enums: Number, json: true };
  const object: unknown = messageType.toObject(messageType.decode(bytes), options);
  return asRecord(convertIds(object, (id) => Buffer.from(id, "base64").toString("hex")));
}

/** Encodes an OTLP/JSON object. */
export function oracleEncode(type: string, object: unknown): Uint8Array {
  const messageType = root.lookupType(`otlp.${type}`);
  const converted = asRecord(convertIds(object, (id) => Buffer.from(id, "hex").toString("base64")));
  return messageType.encode(messageType.fromObject(converted)).finish();
}

/** The message types with their fields, for generated cases. */
export function oracleFields(
  type: string,
): readonly { readonly name: string; readonly id: number; readonly type: string }[] {
  return root.lookupType(`otlp.${type}`).fieldsArray.map(({ name, id, type }) => ({ name, id, type }));
}

function convertIds(value: unknown, convert: (id: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => convertIds(item, convert));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      ID_KEYS.has(key) && typeof item === "string" ? convert(item) : convertIds(item, convert),
    ]),
  );
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new TypeError("not an object");
  return { ...value };
}
