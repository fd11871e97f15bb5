/**
 * Which traces belong to one conversation. Those with the same id do; a trace without an id joins the conversation with
 * which it shares most messages, and starts a new one when it shares none.
 */
import { isUserText } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { Operation } from "../dialects/operation.ts";
import { lastUserRun } from "./call.ts";
import type { Call } from "./call.ts";
import { isEmptyMessage, messageKey } from "./message-key.ts";

/** What one trace contributes to one conversation. */
export interface TraceUnit {
  readonly traceId: string;
  /** Of the whole conversation, when it is known. */
  readonly id?: string;
  readonly operations: readonly Operation[];
  readonly calls: readonly Call[];
  /** What its agents were asked, when there is no model call. */
  readonly asked: readonly Message[];
  readonly startUnixNano: bigint;
}

export interface ConversationGroup<Unit extends TraceUnit> {
  readonly id?: string;
  readonly units: readonly Unit[];
}

/** The same units give the same groups in whatever order they arrive. */
export function groupConversations<Unit extends TraceUnit>(units: readonly Unit[]): readonly ConversationGroup<Unit>[] {
  /** The one that was active last stands last. */
  const groups: OpenGroup<Unit>[] = [];
  const ordered = [...units].sort(compareUnits);
  for (const unit of ordered) {
    const group = unit.id === undefined ? findContinued(groups, unit) : groups.find(({ id }) => id === unit.id);
    if (group !== undefined) groups.splice(groups.indexOf(group), 1);
    groups.push(addUnit(group ?? openGroup<Unit>(unit.id), unit));
  }
  return groups;
}

interface OpenGroup<Unit> {
  readonly id?: string;
  readonly units: Unit[];
  /** Keys of all messages of the conversation, with those of user texts that are more than its preamble. */
  readonly keys: Set<string>;
  readonly ownUserKeys: Set<string>;
  /** What its last call was given and answered. */
  last: readonly string[];
}

function compareUnits(a: TraceUnit, b: TraceUnit): number {
  if (a.startUnixNano !== b.startUnixNano) return a.startUnixNano < b.startUnixNano ? -1 : 1;
  return a.traceId < b.traceId ? -1 : a.traceId > b.traceId ? 1 : 0;
}

function openGroup<Unit>(id: string | undefined): OpenGroup<Unit> {
  return { ...(id === undefined ? {} : { id }), units: [], keys: new Set(), ownUserKeys: new Set(), last: [] };
}

function addUnit<Unit extends TraceUnit>(group: OpenGroup<Unit>, unit: Unit): OpenGroup<Unit> {
  const preamble = group.units.length === 0 ? preambleOf(unit) : new Set<string>();
  group.units.push(unit);
  for (const message of messagesOf(unit)) {
    const key = messageKey(message);
    group.keys.add(key);
    if (isUserText(message) && !preamble.has(key)) group.ownUserKeys.add(key);
  }
  const last = unit.calls.at(-1);
  if (last !== undefined) group.last = [...last.history, ...last.operation.output].map(messageKey);
  return group;
}

function messagesOf({ calls, asked }: TraceUnit): readonly Message[] {
  return [...calls.flatMap(({ history, operation }) => [...history, ...operation.output]), ...asked];
}

/** A greeting or examples that every conversation of the application begins with say nothing about which one it is. */
function preambleOf({ calls, asked }: TraceUnit): ReadonlySet<string> {
  const first = calls[0]?.history ?? asked;
  return new Set(first.slice(0, -1).map(messageKey));
}

/**
 * Most equal messages, among them a user text that is the conversation's own; the new message itself does not count. Of
 * equals the one that the trace directly continues, then the one that was active last.
 */
function findContinued<Unit>(groups: readonly OpenGroup<Unit>[], unit: TraceUnit): OpenGroup<Unit> | undefined {
  const history = historyOf(unit);
  let best: { readonly group: OpenGroup<Unit>; readonly shared: number; readonly continues: boolean } | undefined;
  for (const group of groups) {
    const equal = history.filter((key) => group.keys.has(key));
    if (!equal.some((key) => group.ownUserKeys.has(key))) continue;
    const continues = group.last.length > 0 && group.last.every((key, at) => history[at] === key);
    const isBetter =
      best === undefined ||
      equal.length > best.shared ||
      (equal.length === best.shared && (continues || !best.continues));
    if (isBetter) best = { group, shared: equal.length, continues };
  }
  return best?.group;
}

/** What the trace was given of earlier traces: what the calls about its first user message know beyond that message. */
function historyOf({ calls, asked }: TraceUnit): readonly string[] {
  const question = calls[0] === undefined ? undefined : lastUserRun(calls[0].history).at(-1);
  const given = (calls[0]?.history ?? asked).slice(0, -1);
  const known = new Set([...(calls[0]?.history ?? asked), ...(calls[0]?.operation.output ?? [])].map(messageKey));
  for (const { history } of calls.slice(1)) {
    if (lastUserRun(history).at(-1) !== question) break;
    given.push(...history.filter((message) => !known.has(messageKey(message))));
    for (const message of history) known.add(messageKey(message));
  }
  return given.filter((message) => !isEmptyMessage(message)).map(messageKey);
}
