/** How processors change batches: records are data that others hold too, so changed ones are copies and the rest is shared. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { EncodedRecords, LogBatch, SignalBatch, SpanBatch } from "../model/signal-batch.ts";
import type { LogRecord, Resource, Scope, Span } from "../model/span.ts";
import { createLogBatch, createSpanBatch, isDecoded } from "../otlp/signal-batches.ts";
import { compactRecords, isOneSlice, joinRecords, sliceRecords } from "../otlp/slice-records.ts";

/** Each returns the very same object when there is nothing to change, and undefined for a record that is to go. */
export interface RecordChange {
  readonly span?: (span: Span) => Span | undefined;
  readonly logRecord?: (record: LogRecord) => LogRecord | undefined;
}

/** After so many milliseconds others get their turn: a request may hold a hundred thousand records. */
const TURN_MS = 20;

/** So much of a large request is decoded and encoded at once: some milliseconds' worth. */
const SLICE = { bytes: 256 * 1024, records: 500 };

/** The same batch when nothing changed, so that its bytes are handed on. Metrics pass. */
export async function changeRecords(batch: SignalBatch, { span, logRecord }: RecordChange): Promise<SignalBatch> {
  if (batch.signal === "traces" && span !== undefined) {
    if (!isSmall(batch)) return changeInSlices(batch, createSpanBatch, async (slice) => changeSpans(slice, span));
    return changeSpans(batch, span);
  }
  if (batch.signal === "logs" && logRecord !== undefined) {
    if (!isSmall(batch)) return changeInSlices(batch, createLogBatch, async (slice) => changeLogs(slice, logRecord));
    return changeLogs(batch, logRecord);
  }
  return batch;
}

/** Or decoded already, as what an earlier processor made of a small one. */
function isSmall(batch: SpanBatch | LogBatch): boolean {
  return isDecoded(batch) || isOneSlice(batch.encoded, SLICE);
}

async function changeSpans(batch: SpanBatch, change: (span: Span) => Span | undefined): Promise<SpanBatch> {
  const spans = await changeInTurns(batch.spans(), change);
  return spans === batch.spans() ? batch : createSpanBatch({ spans });
}

async function changeLogs(batch: LogBatch, change: (record: LogRecord) => LogRecord | undefined): Promise<LogBatch> {
  const logRecords = await changeInTurns(batch.logRecords(), change);
  return logRecords === batch.logRecords() ? batch : createLogBatch({ logRecords });
}

/** A large batch is never decoded as a whole: others would wait for that, and it would take several times its memory. */
async function changeInSlices<Batch extends SpanBatch | LogBatch>(
  batch: Batch,
  create: (source: { readonly encoded: EncodedRecords }) => Batch,
  change: (slice: Batch) => Promise<Batch>,
): Promise<Batch> {
  const changed: EncodedRecords[] = [];
  let isSame = true;
  for (const encoded of sliceRecords(batch.encoded, SLICE)) {
    const slice = create({ encoded });
    const result = await change(slice);
    changed.push(result === slice ? compactRecords(encoded) : result.encoded);
    isSame &&= result === slice;
    await nextTurn();
  }
  return isSame ? batch : create({ encoded: joinRecords(changed) });
}

/** As mapShared. */
async function changeInTurns<Item>(
  items: readonly Item[],
  change: (item: Item) => Item | undefined,
): Promise<readonly Item[]> {
  const changed: (Item | undefined)[] = [];
  let turnEnds = performance.now() + TURN_MS;
  for (const item of items) {
    changed.push(change(item));
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    turnEnds = performance.now() + TURN_MS;
  }
  return changed.every((item, index) => Object.is(item, items[index]))
    ? items
    : changed.flatMap((item) => (item === undefined ? [] : [item]));
}

/** The items changed, those without a result left out; the same list when nothing changed. */
export function mapShared<Item>(items: readonly Item[], change: (item: Item) => Item | undefined): readonly Item[] {
  const changed: Item[] = [];
  let isSame = true;
  for (const item of items) {
    const result = change(item);
    if (result !== undefined) changed.push(result);
    isSame &&= Object.is(result, item);
  }
  return isSame ? items : changed;
}

/** The object with these members, or itself when it has them already. */
export function withMembers<Model extends object>(model: Model, members: Partial<Model>): Model {
  for (const name in members) if (!Object.is(members[name], model[name])) return { ...model, ...members };
  return model;
}

/**
 * Changes what the records of a batch share, once: were each record given a copy of its own, the batch would grow by a
 * resource a record.
 */
export function changeOnce<Shared extends Resource | Scope>(
  change: (shared: Shared) => Shared,
): (shared: Shared) => Shared {
  const changed = new WeakMap<Shared, Shared>();
  return (shared) => {
    const known = changed.get(shared) ?? change(shared);
    changed.set(shared, known);
    return known;
  };
}
