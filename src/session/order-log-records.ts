/**
 * The log records of each model call in the order of their messages. Records of one call can arrive in several requests
 * with equal times, so where time does not decide, history does: what an earlier call had, in its order; then what the
 * model answered; then tool results in the order of their calls; new user text last.
 */
import { groupBy } from "../dialects/group-by.ts";
import { messageOfRecord } from "../dialects/message-events.ts";
import type { Message } from "../dialects/message.ts";
import type { LogRecord, Span } from "../model/span.ts";
import { messageKeyWithIds } from "./message-key.ts";
import { spanKey } from "./span-facts.ts";

/** As many interleaved conversations are told apart. */
const maxHistories = 64;

/** `spans` in order of their start, `records` in order of arrival. */
export function orderLogRecords(
  spans: readonly Span[],
  records: readonly LogRecord[],
): ReadonlyMap<string, readonly LogRecord[]> {
  const bySpan = groupBy(records, spanKey);
  const histories: (readonly Message[])[] = [];
  const ordered = new Map<string, readonly LogRecord[]>();
  for (const span of spans) {
    const own = bySpan.get(spanKey(span));
    if (own === undefined) continue;
    const entries = own.map(toEntry);
    const input = entries.flatMap(({ event }) => (event === undefined || event.isOutput ? [] : [event.message]));
    const history = input.length === 0 ? undefined : takeClosest(histories, input);
    const sorted = sortEntries(entries, history ?? []);
    ordered.set(
      spanKey(span),
      sorted.map(({ record }) => record),
    );
    if (input.length > 0) histories.unshift(sorted.flatMap(({ event }) => event?.message ?? []));
    if (histories.length > maxHistories) histories.pop();
  }
  return ordered;
}

interface Entry {
  readonly record: LogRecord;
  readonly event: ReturnType<typeof messageOfRecord>;
}

function toEntry(record: LogRecord): Entry {
  return { record, event: messageOfRecord(record) };
}

/** The earlier call that shares most messages, system prompts apart; it is taken out, the new one will stand for it. */
function takeClosest(histories: (readonly Message[])[], input: readonly Message[]): readonly Message[] | undefined {
  const keys = new Set(input.flatMap((message) => (message.role === "system" ? [] : [messageKeyWithIds(message)])));
  let closest = -1;
  let most = 0;
  histories.forEach((history, at) => {
    const shared = history.filter((message) => keys.has(messageKeyWithIds(message))).length;
    if (shared > most) [closest, most] = [at, shared];
  });
  return closest < 0 ? undefined : histories.splice(closest, 1)[0];
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
