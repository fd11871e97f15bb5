import type { Database } from "better-sqlite3";
import { decodeSpan } from "../../otlp/decode-records.ts";
import { payloadChecksum } from "./payload-checksum.ts";
import { noResource, noScope, type SharedNumbers } from "./shared-rows.ts";
import type { SpanPayloads } from "./span-payloads.ts";

/**
 * Replaces a stored span by a fuller version of it, under a new number: readers that remember numbers then know that it is
 * another one. So is one that is damaged, by any version of it. False when what is stored is as full or fuller.
 */
export function prepareReplaceSpan(
  db: Database,
  payloads: SpanPayloads,
): (body: Buffer, spanId: bigint, traceNo: number, numbers: SharedNumbers) => boolean {
  const find = db
    .prepare<[number, bigint], number>("SELECT span_no FROM spans WHERE trace_no = ? AND span_id = ?")
    .pluck();
  const replace = db.prepare(
    `UPDATE spans SET span_no = (SELECT max(span_no) + 1 FROM spans), resource_no = ?, scope_no = ?, base_no = NULL,
       checksum = ?, payload = ?
     WHERE span_no = ?`,
  );
  return (body, spanId, traceNo, { resourceNo, scopeNo }) => {
    const spanNo = find.get(traceNo, spanId);
    if (spanNo === undefined) throw new Error("a span conflicts with none");
    const stored = payloads.read(spanNo);
    if (stored !== undefined && (stored.equals(body) || !isFuller(body, stored))) return false;
    payloads.release(spanNo);
    replace.run(resourceNo, scopeNo, payloadChecksum(body, null), body, spanNo);
    return true;
  };
}

/** More attributes; or as many and a later end; or the same of both and more bytes. */
function isFuller(body: Buffer, stored: Buffer): boolean {
  const left = decodeSpan(body, noResource, noScope);
  const right = decodeSpan(stored, noResource, noScope);
  if (left.attributes.size !== right.attributes.size) return left.attributes.size > right.attributes.size;
  if (left.endTimeUnixNano !== right.endTimeUnixNano) return left.endTimeUnixNano > right.endTimeUnixNano;
  return body.length > stored.length;
}
