/** Reads spans and log records trace by trace. What was read stays: when more arrives, only what it touches is read again. */
import type { PriceTables } from "../cost/price-table.ts";
import { readSpan } from "../dialects/dialects.ts";
import { groupBy } from "../dialects/group-by.ts";
import type { Note } from "../dialects/note.ts";
import type { Operation } from "../dialects/operation.ts";
import { createReadMemory } from "../dialects/read-memory.ts";
import type { LogRecord, Span } from "../model/span.ts";
import { compareSpans, isFuller } from "./compare-spans.ts";
import { orderLogRecords } from "./order-log-records.ts";
import type { OrderedRecords } from "./order-log-records.ts";
import { spanKey } from "./span-facts.ts";
import type { SpanFacts } from "./span-facts.ts";
import { buildSpanTree } from "./span-tree.ts";
import type { SpanTree } from "./span-tree.ts";
import { compareUnits, toTraceUnits } from "./trace-units.ts";
import type { IdentifiedUnit } from "./trace-units.ts";
import { withCost } from "./with-cost.ts";

export interface FactsReader {
  /** In any order, also what was added before. Log records in the order in which they arrived, each once. */
  add(facts: SpanFacts): void;
  /** All that was added until now. */
  read(): ReadFacts;
}

export interface ReadFacts {
  /** By start. Of a trace of which nothing new came they are the same objects as before, and so are its operations. */
  readonly units: readonly IdentifiedUnit[];
  readonly tree: SpanTree;
}

interface Trace {
  /** By span id. */
  readonly spans: Map<string, ReadSpan>;
  units: readonly IdentifiedUnit[];
  tree: SpanTree;
}

interface ReadSpan {
  readonly span: Span;
  /** Absent until it was read; what it was read with stands beside it. */
  readonly operation?: Operation;
  readonly parent?: Span | undefined;
  readonly logRecords?: readonly LogRecord[];
}

export interface ReadOptions {
  /** What model calls cost that do not say so themselves. */
  readonly prices?: PriceTables;
  /** Attribute keys that name a conversation, instead of those that all know. */
  readonly conversationKeys?: readonly string[];
  /** Watches what each fact is read from. */
  readonly note?: Note;
}

export function createFactsReader({ prices = [], ...options }: ReadOptions = {}): FactsReader {
  const traces = new Map<string, Trace>();
  const changed = new Set<Trace>();
  const arrived = new Map<string, readonly LogRecord[]>();
  const memory = createReadMemory();
  let ordered: readonly OrderedRecords[] = [];
  let units: readonly IdentifiedUnit[] = [];

  /** In the order of their start, so that what calls repeat of each other is read once. */
  function changedInOrder(): readonly Trace[] {
    const withFirst = [...changed].flatMap((trace) => {
      const [first, ...others] = [...trace.spans.values()].map(({ span }) => span);
      if (first === undefined) return [];
      return [{ trace, first: others.reduce((least, span) => (compareSpans(span, least) < 0 ? span : least), first) }];
    });
    return withFirst.sort((a, b) => compareSpans(a.first, b.first)).map(({ trace }) => trace);
  }

  function addSpan(span: Span): void {
    const trace = traces.get(span.traceId) ?? { spans: new Map<string, ReadSpan>(), units: [], tree: new Map() };
    traces.set(span.traceId, trace);
    const known = trace.spans.get(span.spanId);
    // Of equals the last: a store may know better which one is fuller.
    if (known !== undefined && isFuller(known.span, span)) return;
    trace.spans.set(span.spanId, { span });
    changed.add(trace);
  }

  /** Where the order of a call's records has become another one, its trace is read again. */
  function orderRecords(): ReadonlyMap<string, readonly LogRecord[]> {
    const withRecords = [...arrived.values()].flatMap((records) => {
      const [first] = records;
      const span = traces.get(first?.traceId ?? "")?.spans.get(first?.spanId ?? "")?.span;
      return span === undefined ? [] : [{ span, arrived: records }];
    });
    ordered = orderLogRecords(
      withRecords.sort((a, b) => compareSpans(a.span, b.span)),
      ordered,
    );
    for (const { span, records } of ordered) {
      const trace = traces.get(span.traceId);
      const known = trace?.spans.get(span.spanId);
      if (trace !== undefined && !areSame(known?.logRecords ?? [], records)) changed.add(trace);
    }
    return new Map(ordered.map(({ span, records }) => [spanKey(span), records]));
  }

  function readTrace(trace: Trace, recordsOf: ReadonlyMap<string, readonly LogRecord[]>): void {
    const spans = [...trace.spans.values()].map(({ span }) => span).sort(compareSpans);
    const operations = spans.map((span) => {
      const known = trace.spans.get(span.spanId);
      const parent = trace.spans.get(span.parentSpanId ?? "")?.span;
      const logRecords = recordsOf.get(spanKey(span)) ?? [];
      const isRead = known?.operation !== undefined && known.parent === parent;
      if (isRead && areSame(known.logRecords ?? [], logRecords)) return known.operation;
      const context = { ...options, logRecords, memory, ...(parent === undefined ? {} : { parent }) };
      const operation = withCost(readSpan(span, context), prices);
      trace.spans.set(span.spanId, { span, operation, parent, logRecords });
      return operation;
    });
    trace.tree = buildSpanTree(operations);
    trace.units = toTraceUnits(operations, trace.tree);
  }

  return {
    add({ spans, logRecords }) {
      for (const span of spans) addSpan(span);
      for (const [key, records] of groupBy(logRecords, spanKey))
        arrived.set(key, [...(arrived.get(key) ?? []), ...records]);
    },

    read() {
      const recordsOf = orderRecords();
      const outdated = new Set([...changed].flatMap((trace) => trace.units));
      for (const trace of changedInOrder()) readTrace(trace, recordsOf);
      const added = [...changed].flatMap((trace) => trace.units);
      changed.clear();
      units = insertUnits(outdated.size === 0 ? units : units.filter((unit) => !outdated.has(unit)), added);
      return { units, tree: { get: (operation) => traces.get(operation.span.traceId)?.tree.get(operation) } };
    },
  };
}

function areSame(a: readonly LogRecord[], b: readonly LogRecord[]): boolean {
  return a.length === b.length && a.every((record, at) => record === b[at]);
}

/** Both in order: what is new is mostly the newest, and comparing all with each other again would cost more than that. */
function insertUnits(units: readonly IdentifiedUnit[], added: readonly IdentifiedUnit[]): readonly IdentifiedUnit[] {
  const [first, ...others] = [...added].sort(compareUnits);
  if (first === undefined) return units;
  const before = units.findLastIndex((unit) => compareUnits(unit, first) <= 0) + 1;
  return [...units.slice(0, before), ...[first, ...others, ...units.slice(before)].sort(compareUnits)];
}
