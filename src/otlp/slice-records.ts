/** Cuts a request's records into parts, for whoever must not work on all of them at once. */
import type { EncodedRecords } from "../model/signal-batch.ts";

export interface SliceLimits {
  /** Of the records with their resources and scopes; a single record may have more, and so may one with a large resource. */
  readonly bytes: number;
  readonly records: number;
}

/** Whether a request is small enough to be one part. */
export function isOneSlice({ bytes, records }: EncodedRecords, limits: SliceLimits): boolean {
  return bytes.length <= limits.bytes && records.length / 3 <= limits.records;
}

/**
 * The records in their order, each part with its own tables over the same bytes; a part names only the resources and
 * scopes that its records have. A request that fits is its only part, as it is; without records there is no part.
 */
export function* sliceRecords(encoded: EncodedRecords, limits: SliceLimits): Generator<EncodedRecords, void, void> {
  if (isOneSlice(encoded, limits)) {
    if (encoded.records.length > 0) yield encoded;
    return;
  }
  for (let first = 0; first < encoded.records.length;) {
    const end = endOfSlice(encoded, first, limits);
    yield sliceOf(encoded, first, end);
    first = end;
  }
}

/** With a large resource a slice may have so many times as many records, for the same reason. */
const MORE_RECORDS = 8;

/**
 * Positions in the table, not numbers of records. Every slice has its first resource and scope anew: with large ones it also
 * has as many bytes of records, so that all slices together are never much more than the request.
 */
function endOfSlice(encoded: EncodedRecords, first: number, limits: SliceLimits): number {
  const { records } = encoded;
  const head = headBytes(encoded, records[first + 2] ?? 0);
  let bytes = 0;
  for (let at = first; at < records.length; at += 3) {
    const isNewScope = at > first && records[at + 2] !== records[at - 1];
    bytes += (records[at + 1] ?? 0) + (isNewScope ? headBytes(encoded, records[at + 2] ?? 0) : 0);
    const isSmall = bytes <= head && at - first < limits.records * MORE_RECORDS * 3;
    if (!isSmall && (head + bytes > limits.bytes || at - first >= limits.records * 3) && at > first) return at;
  }
  return records.length;
}

/** Of a scope and its resource. Scopes of one resource each count it, which is at most too much. */
function headBytes({ scopes, resources }: EncodedRecords, scopeRow: number): number {
  const scope = scopeRow * 5;
  const resource = (scopes[scope + 4] ?? 0) * 4;
  return [scopes[scope + 1], scopes[scope + 3], resources[resource + 1], resources[resource + 3]].reduce<number>(
    (sum, length = 0) => sum + length,
    0,
  );
}

function sliceOf({ bytes, ...tables }: EncodedRecords, first: number, end: number): EncodedRecords {
  const records = tables.records.slice(first, end);
  const scopes = cutRows(tables.scopes, 5, records, 3);
  const resources = cutRows(tables.resources, 4, scopes, 5);
  return { bytes, records, scopes, resources };
}

/**
 * The rows of a table that another one names in the last number of each of its rows, which are numbered anew there. The
 * rows lie in the order in which they are named, so those in between are named, too.
 */
function cutRows(table: Uint32Array, width: number, naming: Uint32Array, namingWidth: number): Uint32Array {
  let low = Infinity;
  let high = -1;
  for (let at = namingWidth - 1; at < naming.length; at += namingWidth) {
    const row = naming[at] ?? 0;
    if (row < low) low = row;
    if (row > high) high = row;
  }
  for (let at = namingWidth - 1; at < naming.length; at += namingWidth) naming[at] = (naming[at] ?? 0) - low;
  return table.slice(low * width, (high + 1) * width);
}

/** The same records with nothing else beside them, in memory of their own. */
export function compactRecords(encoded: EncodedRecords): EncodedRecords & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const records = encoded.records.slice();
  const scopes = encoded.scopes.slice();
  const resources = encoded.resources.slice();
  const ranges = [...rangesOf(records, 3, 1), ...rangesOf(scopes, 5, 2), ...rangesOf(resources, 4, 2)];
  const bytes = new Uint8Array(ranges.reduce((sum, [table, at]) => sum + (table[at + 1] ?? 0), 0));
  let end = 0;
  for (const [table, at] of ranges) {
    const start = table[at] ?? 0;
    const length = table[at + 1] ?? 0;
    bytes.set(encoded.bytes.subarray(start, start + length), end);
    table[at] = end;
    end += length;
  }
  return { bytes, records, scopes, resources };
}

/** One request of several, in memory of its own: the records in their order, with the resources and scopes of each. */
export function joinRecords(requests: readonly EncodedRecords[]): EncodedRecords {
  const lengthOf = (list: readonly { readonly length: number }[]): number =>
    list.reduce((sum, { length }) => sum + length, 0);
  const joined = {
    bytes: new Uint8Array(lengthOf(requests.map(({ bytes }) => bytes))),
    records: new Uint32Array(lengthOf(requests.map(({ records }) => records))),
    scopes: new Uint32Array(lengthOf(requests.map(({ scopes }) => scopes))),
    resources: new Uint32Array(lengthOf(requests.map(({ resources }) => resources))),
  };
  const end = { bytes: 0, records: 0, scopes: 0, resources: 0 };
  for (const { bytes, records, scopes, resources } of requests) {
    joined.bytes.set(bytes, end.bytes);
    appendRows(joined.records, records, end.records, [end.bytes, 0, end.scopes / 5]);
    appendRows(joined.scopes, scopes, end.scopes, [end.bytes, 0, end.bytes, 0, end.resources / 4]);
    appendRows(joined.resources, resources, end.resources, [end.bytes, 0, end.bytes, 0]);
    end.bytes += bytes.length;
    end.records += records.length;
    end.scopes += scopes.length;
    end.resources += resources.length;
  }
  return joined;
}

/** Copies the rows of a table behind those of another, each of their numbers the larger by what stands in its place. */
function appendRows(into: Uint32Array, rows: Uint32Array, end: number, larger: readonly number[]): void {
  for (let at = 0; at < rows.length; at += 1) into[end + at] = (rows[at] ?? 0) + (larger[at % larger.length] ?? 0);
}

/** Where offset and length of bytes stand in a table: so many pairs at the begin of each of its rows. */
function rangesOf(table: Uint32Array, width: number, pairs: number): (readonly [table: Uint32Array, at: number])[] {
  const ranges: [Uint32Array, number][] = [];
  for (let row = 0; row < table.length; row += width)
    for (let pair = 0; pair < pairs; pair += 1) ranges.push([table, row + pair * 2]);
  return ranges;
}
