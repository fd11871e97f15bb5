/** KeyValue and AnyValue in OTLP/JSON. */
import type { AttributeMap, AttributeValue } from "../model/span.ts";
import type { JsonValue } from "../model/session.ts";
import { MAX_VALUE_DEPTH } from "./check-message.ts";
import { bytesOf, complain, doubleOf, int64Of, partsOf, textOf } from "./json-fields.ts";
import { fieldOf } from "./json-fields.ts";
import { isObject, type JsonObject } from "./parse-json.ts";

/** The `attributes` of a message; of equal keys the last wins. */
export function attributesOf(message: JsonObject): AttributeMap {
  return keyValuesOf(partsOf(message, "attributes"), 0);
}

function keyValuesOf(list: readonly JsonValue[], depth: number): AttributeMap {
  const attributes = new Map<string, AttributeValue>();
  for (const item of list) {
    if (isObject(item)) attributes.set(textOf(item, "key"), valueOf(fieldOf(item, "value"), depth + 1));
    else complain("an attribute is not an object");
  }
  return attributes;
}

/** An AnyValue; null when nothing is set in it. `depth` counts the AnyValues around it, itself included. */
export function valueOf(value: JsonValue | undefined, depth: number): AttributeValue {
  if (value === undefined || value === null || depth > MAX_VALUE_DEPTH) return null;
  if (!isObject(value)) {
    complain("a value is not an object");
    return null;
  }
  let decoded: AttributeValue = null;
  for (const member of Object.keys(value)) {
    const content = value[member];
    if (content !== undefined && content !== null) decoded = memberOf(member, content, value, depth) ?? decoded;
  }
  return decoded;
}

/** What one member of an AnyValue says; undefined when we do not know the member. */
function memberOf(member: string, content: JsonValue, value: JsonObject, depth: number): AttributeValue | undefined {
  switch (member) {
    case "stringValue":
    case "string_value":
      return textOf(value, "stringValue");
    case "boolValue":
    case "bool_value":
      return boolOf(content);
    case "intValue":
    case "int_value":
      return int64Of(content);
    case "doubleValue":
    case "double_value":
      return doubleOf(content);
    case "bytesValue":
    case "bytes_value":
      return bytesOf(content);
    case "arrayValue":
    case "array_value":
      return isObject(content) ? partsOf(content, "values").map((item) => valueOf(item, depth + 1)) : wrong(member);
    case "kvlistValue":
    case "kvlist_value":
      return isObject(content) ? keyValuesOf(partsOf(content, "values"), depth) : wrong(member);
    default:
      return undefined;
  }
}

function boolOf(content: JsonValue): boolean {
  if (typeof content !== "boolean") complain("boolValue is not a boolean");
  return content === true;
}

function wrong(member: string): null {
  complain(`${member} is not an object`);
  return null;
}
