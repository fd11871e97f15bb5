/** Agents around the model calls: what they say fills gaps, and some turns have left nothing else. */
import { groupBy } from "../dialects/group-by.ts";
import type { AgentOperation, Operation } from "../dialects/operation.ts";
import { lastUserRun } from "./call.ts";
import type { Call } from "./call.ts";
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
  const traces = turns.map((calls) => new Set(calls.map(({ operation }) => operation.span.traceId)));
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
  return agents
    .map((agent) => fillFromWrappers(draftOfWrapper(agent)))
    .filter(({ userTexts, reply, wrappers: [agent], traceIds: [trace] }) => {
      return userTexts.length > 0 || reply !== undefined || agent?.error !== undefined || withTools.has(trace ?? "");
    });
}

/**
 * The user's text and the reply as the wrapper has them, where the calls do not say or have lost attributes, and always the
 * reply of a wrapper that owns it.
 */
export function fillFromWrappers(draft: TurnDraft): TurnDraft {
  const hasLost = draft.calls.some(({ operation }) => operation.span.droppedAttributesCount > 0);
  return {
    ...draft,
    ...(draft.userTexts.length > 0 ? {} : userTextsOf(draft.wrappers)),
    ...(draft.reply === undefined || hasLost ? replyOf(draft.wrappers) : {}),
    ...replyOf(draft.wrappers.filter(({ ownsReply }) => ownsReply === true)),
  };
}

function userTextsOf(wrappers: readonly AgentOperation[]): Pick<TurnDraft, "userTexts" | "userTextsFrom"> {
  for (const wrapper of wrappers) {
    const { messages, truncated } = wrapper.readInput();
    // The end of a cut list is not the end of what was said.
    const userTexts = truncated ? [] : lastUserRun(messages);
    if (userTexts.length > 0) return { userTexts, userTextsFrom: wrapper };
  }
  return { userTexts: [] };
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
