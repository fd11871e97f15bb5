/**
 * The log records of each model call in the order of their messages. Records of one call can arrive in several requests
 * with equal times, so where time does not decide, history does: what an earlier call had, in its order; then what the
 * model answered; then tool results in the order of their calls; new user text last.
 */
import { messageOfRecord } from "../dialects/message-events.ts";
import type { Message } from "../dialects/message.ts";
import type { LogRecord, Span } from "../model/span.ts";
import { messageKeyWithIds } from "./message-key.ts";

/** As many interleaved conversations are told apart. */
const maxHistories = 64;

/** The log records of one span, and what the calls up to it leave to order those of the next by. */
export interface OrderedRecords {
  readonly span: Span;
  /** As they arrived. */
  readonly arrived: readonly LogRecord[];
  readonly records: readonly LogRecord[];
  readonly histories: Histories;
}

/** Of each conversation the messages of its last call, the latest conversation first. */
type Histories = readonly (readonly Message[])[];

/** The log records of a span, as they arrived. */
export interface RecordsOfSpan {
  readonly span: Span;
  readonly arrived: readonly LogRecord[];
}

/** `spans` in order of their start, those without records left out. What begins as `before` did is taken over from there. */
export function orderLogRecords(
  spans: readonly RecordsOfSpan[],
  before: readonly OrderedRecords[] = [],
): readonly OrderedRecords[] {
  const differs = spans.findIndex(({ span, arrived }, at) => {
    const known = before[at];
    return known?.span !== span || known.arrived !== arrived;
  });
  const ordered = before.slice(0, differs < 0 ? spans.length : differs);
  for (const own of spans.slice(ordered.length)) ordered.push(orderRecordsOf(own, ordered.at(-1)?.histories ?? []));
  return ordered;
}

function orderRecordsOf({ span, arrived }: RecordsOfSpan, histories: Histories): OrderedRecords {
  const entries = arrived.map(toEntry);
  const input = entries.flatMap(({ event }) => (event === undefined || event.isOutput ? [] : [event.message]));
  const history = input.length === 0 ? undefined : findClosest(histories, input);
  const sorted = sortEntries(entries, history ?? []);
  return {
    span,
    arrived,
    records: sorted.map(({ record }) => record),
    histories: input.length === 0 ? histories : withHistory(histories, history, sorted),
  };
}

/** The call stands for the earlier one that it continues. */
function withHistory(
  histories: Histories,
  continued: readonly Message[] | undefined,
  sorted: readonly Entry[],
): Histories {
  const others = histories.filter((history) => history !== continued);
  return [sorted.flatMap(({ event }) => event?.message ?? []), ...others].slice(0, maxHistories);
}

interface Entry {
  readonly record: LogRecord;
  readonly event: ReturnType<typeof messageOfRecord>;
}

function toEntry(record: LogRecord): Entry {
  return { record, event: messageOfRecord(record) };
}

/** The earlier call that shares most messages, system prompts apart. */
function findClosest(histories: Histories, input: readonly Message[]): readonly Message[] | undefined {
  const keys = new Set(input.flatMap((message) => (message.role === "system" ? [] : [messageKeyWithIds(message)])));
  let closest: readonly Message[] | undefined;
  let most = 0;
  for (const history of histories) {
    const shared = history.filter((message) => keys.has(messageKeyWithIds(message))).length;
    if (shared > most) [closest, most] = [history, shared];
  }
  return closest;
}

function sortEntries(entries: readonly Entry[], history: readonly Message[]): readonly Entry[] {
  const byTime = [...entries].sort((a, b) => compareTimes(a.record, b.record));
  const ranked = rankEntries(byTime, history);
  ranked.sort((a, b) => compareTimes(a.entry.record, b.entry.record) || a.group - b.group || a.position - b.position);
  return ranked.map(({ entry }) => entry);
}

function compareTimes(a: LogRecord, b: LogRecord): number {
  const difference = a.timeUnixNano - b.timeUnixNano || a.observedTimeUnixNano - b.observedTimeUnixNano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

interface RankedEntry {
  readonly entry: Entry;
  readonly group: number;
  readonly position: number;
}

/** Of n equal messages the n-th is the n-th in the history. Without a history, arrival is all there is to go by. */
function rankEntries(entries: readonly Entry[], history: readonly Message[]): RankedEntry[] {
  const places = placesByKey(history);
  const callOrder = history.flatMap(({ calls }) => calls.map(({ id }) => id));
  const ranked = entries.map((entry): RankedEntry => {
    const { event } = entry;
    if (event === undefined || event.isOutput) return { entry, group: 5, position: 0 };
    const { message } = event;
    const place = places.get(messageKeyWithIds(message))?.shift();
    if (place !== undefined) return { entry, group: 1, position: place };
    if (message.role === "system") return { entry, group: 0, position: 0 };
    if (history.length === 0) return { entry, group: 1, position: 0 };
    if (message.role === "assistant") return { entry, group: 2, position: 0 };
    if (message.role === "user") return { entry, group: 4, position: 0 };
    return { entry, group: 3, position: callOrder.lastIndexOf(message.results[0]?.id) };
  });
  return [...ranked, ...restoreEqual(ranked, places, history.length)];
}

function placesByKey(history: readonly Message[]): ReadonlyMap<string, number[]> {
  const places = new Map<string, number[]>();
  history.forEach((message, at) => {
    const known = places.get(messageKeyWithIds(message));
    if (known === undefined) places.set(messageKeyWithIds(message), [at]);
    else known.push(at);
  });
  return places;
}

/**
 * Equal messages of one call within one millisecond are equal records, and of those that arrive in several requests one
 * stays: it cannot be told from a re-delivery. Where the history has more of them, and all around is there, so were they.
 */
function restoreEqual(
  ranked: readonly RankedEntry[],
  places: ReadonlyMap<string, readonly number[]>,
  length: number,
): readonly RankedEntry[] {
  const inHistory = ranked.filter(({ group, entry }) => group === 1 && entry.event !== undefined);
  const filled = new Set(inHistory.map(({ position }) => position));
  return inHistory.flatMap(({ entry }) => {
    const missing = entry.event === undefined ? [] : (places.get(messageKeyWithIds(entry.event.message)) ?? []);
    return missing
      .filter((at) => !filled.has(at) && (at === 0 || filled.has(at - 1)) && (at + 1 === length || filled.has(at + 1)))
      .map((at) => {
        filled.add(at);
        return { entry, group: 1, position: at };
      });
  });
}
