/** `ExportTraceServiceRequest` and `ExportLogsServiceRequest` of the records of a batch, whose bytes are taken as they came. */
import type { EncodedRecords } from "../model/signal-batch.ts";
import { beginWire, finishWire, writeBytes, writeHead } from "./wire-writer.ts";

/** Neighbours that share a scope: rows from `first` to before `end`, and the length of their ScopeSpans or ScopeLogs. */
interface ScopeRun {
  readonly first: number;
  readonly end: number;
  readonly length: number;
}

/** As ScopeRun, for ResourceSpans and ResourceLogs. */
interface ResourceRun extends ScopeRun {
  readonly scopes: readonly ScopeRun[];
}

/**
 * What the batch does not list is not in the request. Neighbours that share a scope or resource share its bytes; the order
 * of the records is kept. Decoding the request gives the same records again. The batch's own bytes when they are that.
 */
export function encodeExportRequest(batch: EncodedRecords): Uint8Array {
  const runs = resourceRunsOf(batch);
  const length = runs.reduce((sum, run) => sum + fieldLength(run.length), 0);
  return isWhole(batch, length) ? batch.bytes : write(batch, runs, length);
}

/** Each record once and in its place, and nothing beside them: a request of that length is the one that the batch came in. */
function isWhole({ bytes, records }: EncodedRecords, length: number): boolean {
  if (length !== bytes.length) return false;
  for (let row = 3; row < records.length; row += 3) if ((records[row] ?? 0) <= (records[row - 3] ?? 0)) return false;
  return true;
}

function resourceRunsOf(batch: EncodedRecords): readonly ResourceRun[] {
  const runs: ResourceRun[] = [];
  for (let row = 0; row < batch.records.length;) {
    const run = resourceRunAt(batch, row);
    runs.push(run);
    row = run.end;
  }
  return runs;
}

function resourceRunAt(batch: EncodedRecords, first: number): ResourceRun {
  const resource = resourceOf(batch, first);
  const scopes: ScopeRun[] = [];
  let length = partLength(batch.resources, resource * 4) + partLength(batch.resources, resource * 4 + 2);
  let end = first;
  while (end < batch.records.length && resourceOf(batch, end) === resource) {
    const run = scopeRunAt(batch, end);
    scopes.push(run);
    length += fieldLength(run.length);
    ({ end } = run);
  }
  return { first, end, length, scopes };
}

function scopeRunAt(batch: EncodedRecords, first: number): ScopeRun {
  const scope = scopeOf(batch, first);
  let length = partLength(batch.scopes, scope * 5) + partLength(batch.scopes, scope * 5 + 2);
  let end = first;
  for (; end < batch.records.length && scopeOf(batch, end) === scope; end += 3)
    length += fieldLength(batch.records[end + 1] ?? 0);
  return { first, end, length };
}

function write(batch: EncodedRecords, runs: readonly ResourceRun[], length: number): Uint8Array {
  beginWire(length);
  for (const run of runs) {
    const resource = resourceOf(batch, run.first) * 4;
    writeHead(1, run.length);
    writePart(1, batch, batch.resources, resource);
    for (const scope of run.scopes) writeScopeRun(batch, scope);
    writePart(3, batch, batch.resources, resource + 2);
  }
  return finishWire();
}

function writeScopeRun(batch: EncodedRecords, { first, end, length }: ScopeRun): void {
  const scope = scopeOf(batch, first) * 5;
  writeHead(2, length);
  writePart(1, batch, batch.scopes, scope);
  for (let row = first; row < end; row += 3) {
    const at = batch.records[row] ?? 0;
    writeBytes(2, batch.bytes.subarray(at, at + (batch.records[row + 1] ?? 0)));
  }
  writePart(3, batch, batch.scopes, scope + 2);
}

/** What lies at the offset and length that stand at `at` of the table; nothing when it was absent. */
function writePart(field: number, { bytes }: EncodedRecords, table: Uint32Array, at: number): void {
  const [offset = 0, length = 0] = table.subarray(at, at + 2);
  if (offset > 0 || length > 0) writeBytes(field, bytes.subarray(offset, offset + length));
}

function partLength(table: Uint32Array, at: number): number {
  const [offset = 0, length = 0] = table.subarray(at, at + 2);
  return offset > 0 || length > 0 ? fieldLength(length) : 0;
}

/** Of a field with a body of so many bytes: its tag takes one, its length one for each seven bits. */
function fieldLength(length: number): number {
  let bytes = 2;
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes + length;
}

const scopeOf = ({ records }: EncodedRecords, row: number): number => records[row + 2] ?? 0;

const resourceOf = (batch: EncodedRecords, row: number): number => batch.scopes[scopeOf(batch, row) * 5 + 4] ?? 0;
