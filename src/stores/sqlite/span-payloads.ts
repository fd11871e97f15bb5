/** The bytes of stored spans: whole, or as a delta against an earlier model call of the same session. */
import type { Database } from "better-sqlite3";
import { LRUCache } from "lru-cache";
import { decodeDelta, encodeDelta } from "./delta.ts";
import { payloadChecksum } from "./payload-checksum.ts";
import { createSlab } from "./slab.ts";
import { outlineSpan, type SpanOutline } from "./span-outline.ts";

/** Smaller spans do not repeat a history. */
const MIN_BYTES = 1024;
/** Larger ones would push every other base out. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_REMEMBERED_BYTES = 24 * 1024 * 1024;
/** A span is stored whole after so many deltas in a row, which bounds the work of reading one. */
export const MAX_DELTAS = 31;
const NAME = 0x2a;

interface Base {
  readonly spanNo: number;
  readonly outline: SpanOutline;
  /** How many deltas lead from here to a span that is stored whole. */
  readonly depth: number;
}

/** How a span is to be stored. */
export interface Payload {
  readonly bytes: Uint8Array;
  readonly baseNo: number | null;
}

export interface SpanPayloads {
  /** `sessionNo` is where an earlier call of the same conversation is looked for. */
  encode(body: Uint8Array, sessionNo: number): Payload;
  /** The span encoded last was inserted under this number: the next one may refer to it. */
  keep(spanNo: number): void;
  /** Undefined when it is damaged. */
  read(spanNo: number): Buffer | undefined;
  /**
   * The span will change or go: whatever refers to it is stored whole, unless it is of the trace that goes. What is damaged
   * stays so: its checksum is over a base that it then no longer has.
   */
  release(spanNo: number, exceptTraceNo?: number): void;
  forget(): void;
}

export function createSpanPayloads(db: Database): SpanPayloads {
  const copy = createSlab();
  const keys = new Map<number, string>();
  const bases = new LRUCache<string, Base>({
    maxSize: MAX_REMEMBERED_BYTES,
    sizeCalculation: ({ outline }) => outline.body.length + outline.fields.byteLength + 200,
    dispose: ({ spanNo }) => keys.delete(spanNo),
  });
  const dependents = db.prepare<[number], { spanNo: number; traceNo: number }>(
    "SELECT span_no AS spanNo, trace_no AS traceNo FROM spans WHERE base_no = ?",
  );
  const makeWhole = db.prepare("UPDATE spans SET base_no = NULL, checksum = ?, payload = ? WHERE span_no = ?");
  const cutOff = db.prepare("UPDATE spans SET base_no = NULL WHERE span_no = ?");
  const read = prepareReadPayload(db);
  let candidate: { readonly key: string; readonly outline: SpanOutline; readonly depth: number } | undefined;

  return {
    encode(body, sessionNo) {
      candidate = undefined;
      if (body.length < MIN_BYTES || body.length > MAX_BYTES) return { bytes: body, baseNo: null };
      const outline = outlineSpan(copy(body)); // the request's bytes are used again before this is
      const key = `${sessionNo}|${nameOf(outline)}`;
      const base = bases.get(key);
      const delta = base === undefined || base.depth >= MAX_DELTAS ? undefined : encodeDelta(base.outline, outline);
      candidate = { key, outline, depth: delta === undefined ? 0 : (base?.depth ?? 0) + 1 };
      return delta === undefined ? { bytes: body, baseNo: null } : { bytes: delta, baseNo: base?.spanNo ?? null };
    },

    keep(spanNo) {
      if (candidate === undefined) return;
      const { key, outline, depth } = candidate;
      bases.set(key, { spanNo, outline, depth });
      keys.set(spanNo, key);
    },

    read,

    release(spanNo, exceptTraceNo) {
      const key = keys.get(spanNo);
      if (key !== undefined) bases.delete(key);
      for (const dependent of dependents.all(spanNo)) {
        if (dependent.traceNo === exceptTraceNo) continue;
        const body = read(dependent.spanNo);
        if (body === undefined) cutOff.run(dependent.spanNo);
        else makeWhole.run(payloadChecksum(body, null), body, dependent.spanNo);
      }
    },

    forget() {
      bases.clear();
      keys.clear();
    },
  };
}

/** A span as it is stored. */
export interface StoredPayload {
  readonly baseNo: number | null;
  readonly checksum: number;
  readonly payload: Buffer;
}

/** The span's bytes, of which `readBase` gives those that they are a delta against. Undefined when either is damaged. */
export function decodePayload(
  { baseNo, checksum, payload }: StoredPayload,
  readBase: (spanNo: number) => Buffer | undefined,
): Buffer | undefined {
  if (payloadChecksum(payload, baseNo) !== checksum) return undefined;
  if (baseNo === null) return payload;
  const base = readBase(baseNo);
  return base === undefined ? undefined : decodeDelta(base, payload);
}

/** Reads a span's bytes by its number; undefined when it, or what it refers to, is damaged or gone. */
export function prepareReadPayload(db: Database): (spanNo: number) => Buffer | undefined {
  const find = db.prepare<[number], StoredPayload>(
    "SELECT base_no AS baseNo, checksum, payload FROM spans WHERE span_no = ?",
  );
  return function read(spanNo: number): Buffer | undefined {
    const row = find.get(spanNo);
    return row === undefined ? undefined : decodePayload(row, read);
  };
}

function nameOf({ body, fields }: SpanOutline): string {
  for (let row = 0; row < fields.length; row += 5)
    if (body[fields[row] ?? 0] === NAME) return body.toString("latin1", fields[row + 4], fields[row + 1]);
  return "";
}
