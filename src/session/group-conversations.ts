/**
 * Which traces belong to one conversation. Those with the same id do; a trace without an id joins the conversation that has
 * the response from which it goes on, or one of its own requests, else the one with which it shares most messages; one without content is put with the same user's last, as a guess; any other starts anew.
 */
import { isUserText } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { Operation } from "../dialects/operation.ts";
import { lastUserText } from "./call.ts";
import type { Call } from "./call.ts";
import { isEmptyMessage, messageKey } from "./message-key.ts";
import { createResponseIndex } from "./response-index.ts";
import type { ResponseIndex } from "./response-index.ts";

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
  readonly endUnixNano: bigint;
  readonly userId?: string;
  /** Its `service.name`; empty when it says none. */
  readonly service: string;
  /** User and service of a trace without any content: all by which it can be joined to another one, as a guess. */
  readonly circumstance?: string;
}

export interface ConversationGroup<Unit extends TraceUnit> {
  readonly id?: string;
  readonly units: readonly Unit[];
  /** Why each of the units is here, in the same order. */
  readonly ties: readonly Tie[];
}

/**
 * A unit is the first, has the group's id, has a request of the group's or one that goes on from the group's response, repeats that
 * many messages of it, or is a guess: the same user, soon after.
 */
export type Tie =
  | { readonly by: "first" | "id" | "response" | "circumstance" }
  | { readonly by: "messages"; readonly shared: number };

/** The same units give the same groups in whatever order they arrive. */
export function groupConversations<Unit extends TraceUnit>(units: readonly Unit[]): readonly ConversationGroup<Unit>[] {
  const groups: OpenGroup<Unit>[] = [];
  const byId = new Map<string, OpenGroup<Unit>>();
  const byUserText: GroupsByUserText<Unit> = new Map();
  const byCircumstance = new Map<string, OpenGroup<Unit>>();
  const byResponse = createResponseIndex<OpenGroup<Unit>>();
  for (const unit of [...units].sort(compareUnits)) {
    const named = unit.id === undefined ? undefined : byId.get(unit.id);
    const answered = named === undefined ? findAnswered(byResponse, unit) : undefined;
    const continued = (named ?? answered) === undefined ? findContinued(byUserText, unit) : undefined;
    const joined = named ?? answered ?? continued?.group;
    const known = joined ?? (unit.id === undefined ? guess(byCircumstance, unit) : undefined);
    const group = known ?? openGroup<Unit>(unit.id);
    if (known === undefined) groups.push(group);
    group.ties.push(tieOf(unit, known !== undefined, answered !== undefined, continued?.shared));
    if (unit.id !== undefined) {
      group.id = unit.id;
      byId.set(unit.id, group);
    }
    if (unit.circumstance !== undefined) byCircumstance.set(unit.circumstance, group);
    addUnit(group, unit, byUserText);
    byResponse.add(unit.calls, group);
  }
  return groups;
}

/** A response's name says more than any messages, but neither another id nor another customer is overruled by it. */
function findAnswered<Unit>(byResponse: ResponseIndex<OpenGroup<Unit>>, unit: TraceUnit): OpenGroup<Unit> | undefined {
  const groups = [...byResponse.findPrevious(unit.calls), ...byResponse.findSame(unit.calls)];
  return groups.find((group) => mayContinue(group, unit));
}

function tieOf({ id }: TraceUnit, isKnown: boolean, isAnswered: boolean, shared: number | undefined): Tie {
  if (id !== undefined) return { by: "id" };
  if (isAnswered) return { by: "response" };
  if (shared !== undefined) return { by: "messages", shared };
  return { by: isKnown ? "circumstance" : "first" };
}

/** After a pause as long as this the same user is taken to have begun anew. */
const longestPauseNano = 30n * 60n * 1_000_000_000n;

/** The same user of the same service, soon after. */
function guess<Unit>(groups: ReadonlyMap<string, OpenGroup<Unit>>, unit: TraceUnit): OpenGroup<Unit> | undefined {
  const group = groups.get(unit.circumstance ?? "");
  return group !== undefined && unit.startUnixNano - group.endUnixNano <= longestPauseNano ? group : undefined;
}

/** The groups by the keys of their own user texts. */
type GroupsByUserText<Unit> = Map<string, Set<OpenGroup<Unit>>>;

interface OpenGroup<Unit> {
  /** What comes with a name may continue what came without. */
  id?: string;
  readonly units: Unit[];
  readonly ties: Tie[];
  readonly users: Set<string>;
  readonly services: Set<string>;
  /** Keys of all messages of the conversation. */
  readonly keys: Set<string>;
  /** What its last call was given and answered. */
  last: readonly string[];
  lastStartUnixNano: bigint;
  endUnixNano: bigint;
}

function compareUnits(a: TraceUnit, b: TraceUnit): number {
  if (a.startUnixNano !== b.startUnixNano) return a.startUnixNano < b.startUnixNano ? -1 : 1;
  return a.traceId < b.traceId ? -1 : a.traceId > b.traceId ? 1 : 0;
}

function openGroup<Unit>(id: string | undefined): OpenGroup<Unit> {
  return {
    ...(id === undefined ? {} : { id }),
    units: [],
    ties: [],
    users: new Set(),
    services: new Set(),
    keys: new Set(),
    last: [],
    lastStartUnixNano: 0n,
    endUnixNano: 0n,
  };
}

function addUnit<Unit extends TraceUnit>(group: OpenGroup<Unit>, unit: Unit, byUserText: GroupsByUserText<Unit>): void {
  const preamble = group.units.length === 0 ? preambleOf(unit) : new Set<string>();
  group.units.push(unit);
  group.services.add(unit.service);
  if (unit.userId !== undefined) group.users.add(unit.userId);
  group.lastStartUnixNano = unit.startUnixNano;
  if (unit.endUnixNano > group.endUnixNano) group.endUnixNano = unit.endUnixNano;
  for (const message of messagesOf(unit)) {
    const key = messageKey(message);
    group.keys.add(key);
    if (!isUserText(message) || preamble.has(key)) continue;
    const groups = byUserText.get(key);
    if (groups === undefined) byUserText.set(key, new Set([group]));
    else groups.add(group);
  }
  const last = unit.calls.at(-1);
  if (last !== undefined) group.last = [...last.history, ...last.operation.output].map(messageKey);
}

function messagesOf({ calls, asked }: TraceUnit): readonly Message[] {
  return [...calls.flatMap(({ history, operation }) => [...history, ...operation.output]), ...asked];
}

/** A greeting or examples that every conversation of the application begins with say nothing about which one it is. */
function preambleOf({ calls, asked }: TraceUnit): ReadonlySet<string> {
  const first = calls[0]?.history ?? asked;
  return new Set(first.slice(0, Math.max(first.findLastIndex(isUserText), 0)).map(messageKey));
}

/**
 * Most equal messages, among them a user text that is the conversation's own; the new message itself does not count. Of
 * equals the one that the trace directly continues, then the one that was active last.
 */
function findContinued<Unit>(
  byUserText: GroupsByUserText<Unit>,
  unit: TraceUnit,
): { readonly group: OpenGroup<Unit>; readonly shared: number } | undefined {
  const history = historyOf(unit);
  const groups = new Set(history.flatMap((key) => [...(byUserText.get(key) ?? [])]));
  const candidates = [...groups].filter((group) => mayContinue(group, unit));
  const ranked = candidates.map((group) => ({
    group,
    shared: history.filter((key) => group.keys.has(key)).length,
    continues: group.last.length > 0 && group.last.every((key, at) => history[at] === key),
  }));
  ranked.sort((a, b) => {
    if (a.shared !== b.shared) return b.shared - a.shared;
    if (a.continues !== b.continues) return a.continues ? -1 : 1;
    return a.group.lastStartUnixNano > b.group.lastStartUnixNano ? -1 : 1;
  });
  return ranked[0];
}

/** Two customers may say the same, and so may the customers of two applications. */
function mayContinue<Unit>({ id, users, services }: OpenGroup<Unit>, unit: TraceUnit): boolean {
  const { userId, service } = unit;
  if (id !== undefined && unit.id !== undefined) return false;
  return services.has(service) && (userId === undefined || users.size === 0 || users.has(userId));
}

/** What the trace was given of earlier traces: what the calls about its first user message know beyond that message. */
function historyOf({ calls, asked }: TraceUnit): readonly string[] {
  const question = calls[0] === undefined ? undefined : lastUserText(calls[0].history);
  const given = (calls[0]?.history ?? asked).slice(0, -1);
  const known = new Set([...(calls[0]?.history ?? asked), ...(calls[0]?.operation.output ?? [])].map(messageKey));
  for (const { history } of calls.slice(1)) {
    if (lastUserText(history) !== question) break;
    given.push(...history.filter((message) => !known.has(messageKey(message))));
    for (const message of history) known.add(messageKey(message));
  }
  return given.filter((message) => !isEmptyMessage(message)).map(messageKey);
}
