/** Facts that remember what was read from them, for which fact: the dialects read them as they read any others. */
import type { FactName, Note } from "../../dialects/note.ts";
import type { AttributeMap, AttributeValue, LogRecord, Span } from "../../model/span.ts";
import { spanKey } from "../span-facts.ts";
import type { SpanFacts } from "../span-facts.ts";

export interface WatchedFacts {
  readonly facts: SpanFacts;
  /** To be given to whoever reads the facts. */
  readonly note: Note;
  /** What the fact was last read from: attribute keys, `event NAME: KEY`, `log record NAME: KEY`. */
  keysOf(span: Pick<Span, "traceId" | "spanId">, fact: FactName): readonly string[];
  /** The facts that each key of the span was read for. */
  factsOf(span: Pick<Span, "traceId" | "spanId">): ReadonlyMap<string, readonly FactName[]>;
}

export function watchFacts({ spans, logRecords }: SpanFacts): WatchedFacts {
  const seen = new Map<string, Map<FactName, Set<string>>>();
  const reading: FactName[] = [];
  /** Spans read since the fact was begun: another source for the same fact begins anew. */
  const begun: Set<string>[] = [];

  function see(span: string, place: string): void {
    const fact = reading.at(-1);
    const fresh = begun.at(-1);
    if (fact === undefined || fresh === undefined) return;
    const facts = seen.get(span) ?? new Map<FactName, Set<string>>();
    seen.set(span, facts);
    if (!fresh.has(span)) facts.set(fact, new Set());
    fresh.add(span);
    facts.get(fact)?.add(place);
  }

  const note: Note = (fact, read) => {
    reading.push(fact);
    begun.push(new Set());
    try {
      return read();
    } finally {
      reading.pop();
      begun.pop();
    }
  };

  function watchSpan(span: Span): Span {
    const key = spanKey(span);
    const attributes = new WatchedMap(span.attributes, (place) => see(key, place));
    const events = span.events.map((event) => {
      const seeEvent = (place: string) => see(key, `event ${event.name}: ${place}`);
      return { ...event, attributes: new WatchedMap(event.attributes, seeEvent, "whole") };
    });
    return { ...span, attributes, events };
  }

  function watchRecord(record: LogRecord): LogRecord {
    const name = record.eventName || textOf(record.attributes.get("event.name")) || "without a name";
    const seeRecord = () => see(spanKey(record), `log record ${name}`);
    // Its name says which record it is, and nothing else.
    const seeAttribute = (key: string) => (/^event[._]name$/.test(key) ? undefined : seeRecord());
    const attributes = new WatchedMap(record.attributes, seeAttribute, "whole");
    return {
      ...record,
      attributes,
      get body() {
        seeRecord();
        return record.body;
      },
    };
  }

  return {
    facts: { spans: spans.map(watchSpan), logRecords: logRecords.map(watchRecord) },
    note,
    keysOf: (span, fact) => [...(seen.get(spanKey(span))?.get(fact) ?? [])],
    factsOf(span) {
      const facts = new Map<string, FactName[]>();
      for (const [fact, keys] of seen.get(spanKey(span)) ?? [])
        for (const key of keys) facts.set(key, [...(facts.get(key) ?? []), fact]);
      return facts;
    },
  };
}

function textOf(value: AttributeValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** `whole`: going through all of it is reading it. Of a span's own attributes it is a look for keys. */
class WatchedMap extends Map<string, AttributeValue> {
  readonly #see: ((key: string) => void) | undefined;
  readonly #isWhole: boolean = false;

  constructor(attributes: AttributeMap, see: (key: string) => void, whole?: "whole") {
    super(attributes);
    this.#see = see;
    this.#isWhole = whole !== undefined;
  }

  override get(key: string): AttributeValue | undefined {
    const value = super.get(key);
    if (value !== undefined && value !== null && value !== "") this.#see?.(key);
    return value;
  }

  override *[Symbol.iterator](): MapIterator<[string, AttributeValue]> {
    for (const entry of super.entries()) {
      if (this.#isWhole) this.#see?.(entry[0]);
      yield entry;
    }
  }
}
