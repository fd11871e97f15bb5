/** LogRecord (`logs.proto`), read at the cursor. */
import type { AttributeValue, LogRecord, Resource, Scope } from "../model/span.ts";
import { decodeKeyValue, decodeValue } from "./decode-attributes.ts";
import {
  endMessage,
  readEnd,
  readFixed32,
  readFixed64,
  readHex,
  readInt32,
  readTag,
  readText,
  readUint32,
  skipField,
  wirePosition,
} from "./wire-reader.ts";

/** An id of all zeros is none. */
const ZEROS = /^0*$/;

export function readLogRecord(end: number, resource: Resource, scope: Scope): LogRecord {
  const attributes = new Map<string, AttributeValue>();
  let timeUnixNano = 0n;
  let observedTimeUnixNano = 0n;
  let severityNumber = 0;
  let severityText = "";
  let body: AttributeValue = null;
  let droppedAttributesCount = 0;
  let flags = 0;
  let traceId = "";
  let spanId = "";
  let eventName = "";
  while (wirePosition() < end) {
    const tag = readTag();
    switch (tag) {
      case 0x09:
        timeUnixNano = readFixed64();
        break;
      case 0x10:
        severityNumber = readInt32();
        break;
      case 0x1a:
        severityText = readText(readEnd(end));
        break;
      case 0x2a:
        body = decodeValue(readEnd(end), 1);
        break;
      case 0x32:
        decodeKeyValue(attributes, readEnd(end), 0);
        break;
      case 0x38:
        droppedAttributesCount = readUint32();
        break;
      case 0x45:
        flags = readFixed32();
        break;
      case 0x4a:
        traceId = readHex(readEnd(end));
        break;
      case 0x52:
        spanId = readHex(readEnd(end));
        break;
      case 0x59:
        observedTimeUnixNano = readFixed64();
        break;
      case 0x62:
        eventName = readText(readEnd(end));
        break;
      default:
        skipField(tag, end);
    }
  }
  endMessage(end);
  return {
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    body,
    attributes,
    droppedAttributesCount,
    flags,
    ...(ZEROS.test(traceId) ? {} : { traceId }),
    ...(ZEROS.test(spanId) ? {} : { spanId }),
    eventName,
    resource,
    scope,
  };
}
