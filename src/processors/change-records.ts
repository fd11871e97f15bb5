/** How processors change batches: records are data that others hold too, so changed ones are copies and the rest is shared. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { SignalBatch } from "../model/signal-batch.ts";
import type { LogRecord, Resource, Scope, Span } from "../model/span.ts";
import { createLogBatch, createSpanBatch } from "../otlp/signal-batches.ts";

/** Each returns the very same object when there is nothing to change, and undefined for a record that is to go. */
export interface RecordChange {
  readonly span?: (span: Span) => Span | undefined;
  readonly logRecord?: (record: LogRecord) => LogRecord | undefined;
}

/** After so many milliseconds others get their turn: a request may hold a hundred thousand records. */
const TURN_MS = 20;

/** The same batch when nothing changed, so that its bytes are handed on. Metrics pass. */
export async function changeRecords(batch: SignalBatch, { span, logRecord }: RecordChange): Promise<SignalBatch> {
  if (batch.signal === "traces" && span !== undefined) {
    const spans = await changeInTurns(batch.spans(), span);
    return spans === batch.spans() ? batch : createSpanBatch({ spans });
  }
  if (batch.signal === "logs" && logRecord !== undefined) {
    const logRecords = await changeInTurns(batch.logRecords(), logRecord);
    return logRecords === batch.logRecords() ? batch : createLogBatch({ logRecords });
  }
  return batch;
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
