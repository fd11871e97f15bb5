/** LogRecord (`logs.proto`). */
import type { LogRecord } from "../model/span.ts";
import { writeAttributes, writeValue } from "./encode-attributes.ts";
import { writeFixed32, writeFixed64, writeHex, writeInt32, writeText, writeUint32 } from "./wire-writer.ts";

export function writeLogRecord(record: LogRecord): void {
  writeFixed64(1, record.timeUnixNano);
  writeInt32(2, record.severityNumber);
  if (record.severityText !== "") writeText(3, record.severityText);
  if (record.body !== null) writeValue(5, record.body);
  writeAttributes(6, record.attributes);
  writeUint32(7, record.droppedAttributesCount);
  writeFixed32(8, record.flags);
  if (record.traceId !== undefined) writeHex(9, record.traceId);
  if (record.spanId !== undefined) writeHex(10, record.spanId);
  writeFixed64(11, record.observedTimeUnixNano);
  if (record.eventName !== "") writeText(12, record.eventName);
}
