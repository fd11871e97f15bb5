/** What later history says about earlier turns: lost replies, aborted streams, turns whose spans never came. */
import type { Message } from "../dialects/message.ts";
import { align } from "./align.ts";
import { countSame } from "./count-same.ts";
import type { RecordEntry } from "./history-record.ts";
import type { TurnDraft } from "./turn-draft.ts";

export interface FilledDrafts {
  /** As they are without the record. */
  readonly bare: readonly TurnDraft[];
  readonly record: readonly RecordEntry[];
  readonly drafts: readonly TurnDraft[];
  /** So many of both are the same turns, from the first on, one by one. */
  readonly paired: number;
  /** And from these on again, to the end of both. */
  readonly tail: { readonly bare: number; readonly record: number; readonly drafts: number };
  readonly hasCalls: boolean;
}

/**
 * `bare` in their order; entries that no turn accounts for become inferred turns in their place. Of what was filled `before`
 * it takes over what both lists begin with.
 */
export function backfill(
  bare: readonly TurnDraft[],
  record: readonly RecordEntry[],
  before?: FilledDrafts,
): FilledDrafts {
  const hasCalls = bare.some(({ calls }) => calls.length > 0);
  if (before?.hasCalls !== hasCalls) return fillAfter(0, bare, record, { drafts: [], hasCalls });
  const [sameBare, sameRecord] = [countSame(bare, before.bare), countSame(record, before.record)];
  const { paired, tail } = before;
  const kept = Math.min(sameBare - tail.bare, sameRecord - tail.record);
  const isGoneOn =
    kept >= 0 && paired < Math.min(sameBare, sameRecord) && bare.length - tail.bare === record.length - tail.record;
  const added = isGoneOn
    ? fillPairs(bare.slice(tail.bare + kept), record.slice(tail.record + kept), hasCalls)
    : undefined;
  if (added === undefined || added.length < bare.length - tail.bare - kept)
    return fillAfter(Math.min(paired, sameBare, sameRecord), bare, record, before);
  return { ...before, bare, record, drafts: [...before.drafts.slice(0, tail.drafts + kept), ...added] };
}

/** So many of both are known to be the same turns. */
function fillAfter(
  known: number,
  bare: readonly TurnDraft[],
  record: readonly RecordEntry[],
  { drafts: before, hasCalls }: Pick<FilledDrafts, "drafts" | "hasCalls">,
): FilledDrafts {
  const begun = fillPairs(bare.slice(known), record.slice(known), hasCalls);
  const paired = known + begun.length;
  const [rest, entries] = [bare.slice(paired), record.slice(paired)];
  const drafts = [...before.slice(0, known), ...begun, ...fillRest(rest, entries, hasCalls)];
  const last = countPairedFromEnd(rest, entries);
  const tail = { bare: bare.length - last, record: record.length - last, drafts: drafts.length - last };
  return { bare, record, drafts, paired, tail, hasCalls };
}

/** As many as are the same turns one by one. */
function fillPairs(
  drafts: readonly TurnDraft[],
  record: readonly RecordEntry[],
  hasCalls: boolean,
): readonly TurnDraft[] {
  const differs = drafts.findIndex((draft, at) => !isPair(draft, record[at]));
  const pairs = differs < 0 ? drafts : drafts.slice(0, differs);
  return pairs.map((draft, at) => fillFrom(draft, record[at], hasCalls));
}

function countPairedFromEnd(drafts: readonly TurnDraft[], record: readonly RecordEntry[]): number {
  let count = 0;
  while (count < drafts.length && isPair(drafts.at(-1 - count), record.at(-1 - count))) count++;
  return count;
}

function isPair(draft: TurnDraft | undefined, entry: RecordEntry | undefined): boolean {
  return draft !== undefined && entry !== undefined && textToMatch(draft) === entry.user.text;
}

/** From where they are no longer the same. */
function fillRest(
  drafts: readonly TurnDraft[],
  record: readonly RecordEntry[],
  hasCalls: boolean,
): readonly TurnDraft[] {
  // The record of an application that sends only the last messages may have ended long ago.
  if (record.length === 0) return drafts;
  const pairs = align(
    drafts.map(textToMatch),
    record.map(({ user }) => user.text),
  );
  const filled: TurnDraft[] = [];
  let [nextDraft, nextEntry] = [0, 0];
  for (const [draftAt, entryAt] of [...pairs, [drafts.length, record.length] as const]) {
    filled.push(...fillGap(drafts.slice(nextDraft, draftAt), record.slice(nextEntry, entryAt)));
    const draft = drafts[draftAt];
    if (draft !== undefined) filled.push(fillFrom(draft, record[entryAt], hasCalls));
    [nextDraft, nextEntry] = [draftAt + 1, entryAt + 1];
  }
  return filled;
}

function fillFrom(draft: TurnDraft, entry: RecordEntry | undefined, hasCalls: boolean): TurnDraft {
  return entry === undefined ? draft : fillReply(withSteps(draft, entry), entry, hasCalls);
}

/** A record holds one version of a turn only; turns without a known text match nothing. */
function textToMatch(draft: TurnDraft): string {
  const text = draft.regenerates === undefined ? draft.userMessages.at(-1)?.text : undefined;
  return text ?? "\u0000";
}

/**
 * Between two turns that the record confirms. As many turns as entries are the same turns in other words (applications
 * add context to the user's text); entries without any turn are turns that left no spans.
 */
function fillGap(drafts: readonly TurnDraft[], entries: readonly RecordEntry[]): readonly TurnDraft[] {
  const own = drafts.filter(({ regenerates }) => regenerates === undefined);
  if (own.length === 0) return [...drafts, ...inferTurns(entries)];
  if (own.length !== drafts.length || own.length !== entries.length) return drafts;
  return own.map((draft, at) => fillFromEntry(draft, entries[at]));
}

function fillFromEntry(draft: TurnDraft, entry: RecordEntry | undefined): TurnDraft {
  if (entry === undefined) return draft;
  const reply = draft.reply ?? entry.reply;
  const { userMessages } = draft;
  return {
    ...draft,
    ...(userMessages.length === 0 ? { userMessages: [entry.user], userMessagesFrom: "history" } : {}),
    ...(reply === undefined || draft.reply !== undefined ? {} : { reply, replyFrom: "history" }),
  };
}

/** An entry without a reply belongs to the next one: two user messages in a row. */
function inferTurns(entries: readonly RecordEntry[]): readonly TurnDraft[] {
  const turns: TurnDraft[] = [];
  let userMessages: Message[] = [];
  for (const { user, reply, messages } of entries) {
    userMessages.push(user);
    if (reply === undefined) continue;
    turns.push({
      calls: [],
      wrappers: [],
      tools: [],
      traceIds: [],
      start: "history",
      attempts: [],
      userMessages,
      userMessagesFrom: "history",
      reply,
      replyFrom: "history",
      aborted: false,
      inferred: true,
      messages,
    });
    userMessages = [];
  }
  return turns;
}

/** A turn of which only the wrapper is left: history shows its tools. */
function withSteps(draft: TurnDraft, { messages }: RecordEntry): TurnDraft {
  return draft.calls.length > 0 || draft.messages.length > 0 ? draft : { ...draft, messages };
}

/**
 * A beginning of what the span says: the stream was aborted there. An end of it: the span put step texts together. A
 * missing reply tells of an abort only where model calls are recorded at all.
 */
function fillReply(draft: TurnDraft, { reply }: RecordEntry, hasCalls: boolean): TurnDraft {
  if (reply === undefined || reply === draft.reply) return draft;
  if (draft.reply === undefined) return { ...draft, reply, replyFrom: "history", aborted: hasCalls && wasCut(draft) };
  if (draft.reply.startsWith(reply)) return { ...draft, reply, replyFrom: "history", aborted: true };
  return draft.reply.endsWith(reply) ? { ...draft, reply, replyFrom: "history" } : draft;
}

/** Nothing failed and nothing says that the model finished: whoever read the stream stopped. */
function wasCut({ calls, wrappers }: TurnDraft): boolean {
  const last = calls.at(-1)?.operation;
  if (last === undefined) return wrappers.every(({ error }) => error === undefined);
  const hasEnded = last.finishReason !== undefined || last.usage !== undefined || last.span.droppedAttributesCount > 0;
  return last.error === undefined && !hasEnded;
}
