/** Agents around the model calls: what they say fills gaps, and some turns have left nothing else. */
import { groupBy } from "../dialects/group-by.ts";
import type { AgentOperation, Operation } from "../dialects/operation.ts";
import { lastUserRun, operationsOf } from "./call.ts";
import type { Call } from "./call.ts";
import { areRecordsOfOne } from "./recorder.ts";
import type { SpanTree } from "./span-tree.ts";
import { draftOfWrapper } from "./turn-draft.ts";
import type { TurnDraft } from "./turn-draft.ts";

/**
 * For each turn the agents above its calls, nearest first, then the others of its trace, the last started first. Agents
 * and traces that serve several turns say nothing about one of them.
 */
export function wrappersOfTurns(
  turns: readonly (readonly Call[])[],
  operations: readonly Operation[],
  tree: SpanTree,
): readonly (readonly AgentOperation[])[] {
  const topAgents = groupBy(operations.filter(isTopAgent(tree)), ({ span }) => span.traceId);
  const candidates = turns.map((calls) => new Set(calls.flatMap(({ operation }) => tree.get(operation)?.agents ?? [])));
  const agentUses = countUses(candidates);
  const traces = turns.map((calls) => new Set(calls.flatMap(operationsOf).map(({ span }) => span.traceId)));
  const traceUses = countUses(traces);
  return turns.map((_calls, at) => {
    const own = [...(candidates[at] ?? [])].filter((agent) => agentUses.get(agent) === 1);
    const ownTraces = [...(traces[at] ?? [])].filter((trace) => traceUses.get(trace) === 1);
    return [...new Set([...own, ...ownTraces.flatMap((trace) => (topAgents.get(trace) ?? []).toReversed())])];
  });
}

/** Root agents whose trace has no turn: they failed before the first call, or it was not recorded. */
export function wrapperTurns(
  turns: readonly TurnDraft[],
  operations: readonly Operation[],
  tree: SpanTree,
): readonly TurnDraft[] {
  const traces = new Set(turns.flatMap(({ traceIds }) => traceIds));
  const withTools = new Set(operations.flatMap(({ kind, span }) => (kind === "tool" ? [span.traceId] : [])));
  const agents = operations.filter(isTopAgent(tree)).filter(({ span }) => !traces.has(span.traceId));
  const drafts = agents
    .map((agent) => fillFromWrappers(draftOfWrapper(agent)))
    .filter(({ userMessages, reply, wrappers: [agent], traceIds: [trace] }) => {
      return userMessages.length > 0 || reply !== undefined || agent?.error !== undefined || withTools.has(trace ?? "");
    });
  return oncePerRun(drafts);
}

/** Requests that are on at the same time, as far back as anybody looks. */
const maxOpen = 32;

/** One run that another library recorded in a trace of its own, too, is one turn. */
function oncePerRun(drafts: readonly TurnDraft[]): readonly TurnDraft[] {
  const turns: TurnDraft[] = [];
  for (const draft of drafts) {
    const open = Math.max(turns.length - maxOpen, 0);
    const at = turns.slice(open).findIndex((other) => isSameRun(other, draft));
    const same = at < 0 ? undefined : turns[open + at];
    if (same === undefined) turns.push(draft);
    else {
      const wrappers = [...same.wrappers, ...draft.wrappers];
      turns[open + at] = { ...same, wrappers, traceIds: [...same.traceIds, ...draft.traceIds] };
    }
  }
  return turns;
}

/** Does one of these go on with a run that one of the turns before is about? */
export function repeatsRun(drafts: readonly TurnDraft[], earlier: readonly TurnDraft[]): boolean {
  const bare = drafts.length === 0 ? [] : earlier.slice(-maxOpen).filter(({ calls }) => calls.length === 0);
  return bare.some((before) => drafts.some((draft) => isSameRun(before, draft)));
}

function isSameRun(a: TurnDraft, b: TurnDraft): boolean {
  const said = saidIn(a);
  if (said === "" || said !== saidIn(b) || a.wrappers.length === 0) return false;
  return a.wrappers.every((one) => b.wrappers.every((other) => areRecordsOfOne(one.span, other.span)));
}

function saidIn({ userMessages, reply, wrappers: [agent] }: TurnDraft): string {
  return [...userMessages.map(({ text }) => text), reply ?? "", agent?.error ?? ""].join("\n").trim();
}

/**
 * The user's text and the reply as the wrapper has them, where the calls do not say or have lost attributes, and always the
 * reply of a wrapper that owns it.
 */
export function fillFromWrappers(draft: TurnDraft): TurnDraft {
  const hasLost = draft.calls.some(({ operation }) => operation.span.droppedAttributesCount > 0);
  return {
    ...draft,
    ...(draft.userMessages.length > 0 ? {} : userMessagesOf(draft.wrappers)),
    ...(draft.reply === undefined || hasLost ? replyOf(draft.wrappers) : {}),
    ...replyOf(draft.wrappers.filter(({ ownsReply }) => ownsReply === true)),
  };
}

function userMessagesOf(wrappers: readonly AgentOperation[]): Pick<TurnDraft, "userMessages" | "userMessagesFrom"> {
  for (const wrapper of wrappers) {
    const { messages, truncated } = wrapper.readInput();
    // The end of a cut list is not the end of what was said.
    const userMessages = truncated ? [] : lastUserRun(messages);
    if (userMessages.length > 0) return { userMessages, userMessagesFrom: wrapper };
  }
  return { userMessages: [] };
}

function replyOf(wrappers: readonly AgentOperation[]): Pick<TurnDraft, "reply" | "replyFrom"> {
  for (const wrapper of wrappers) {
    const reply = wrapper.readReply();
    if (reply !== undefined) return { reply, replyFrom: wrapper };
  }
  return {};
}

function isTopAgent(tree: SpanTree): (operation: Operation) => operation is AgentOperation {
  return (operation): operation is AgentOperation => {
    const place = tree.get(operation);
    return operation.kind === "agent" && place?.tool === undefined && place?.agents.length === 0;
  };
}

function countUses<Value>(sets: readonly ReadonlySet<Value>[]): ReadonlyMap<Value, number> {
  const uses = new Map<Value, number>();
  for (const set of sets) for (const value of set) uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}
