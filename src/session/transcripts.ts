/** What agents kept of a whole run, for turns whose model calls stop for tools and do not say for which. */
import { isAside } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { AgentOperation, Operation } from "../dialects/operation.ts";
import type { Span } from "../model/span.ts";
import { afterLastUserText, lastUserText } from "./call.ts";
import type { Call } from "./call.ts";
import { createOverlapFinder } from "./overlaps.ts";
import type { Stretch } from "./overlaps.ts";
import type { SpanTree } from "./span-tree.ts";
import type { TurnDraft } from "./turn-draft.ts";

/**
 * What followed the turn's user text in the longest list that one of the agents kept (those of the turn's traces), and
 * nothing for turns whose calls say everything: such lists repeat the history and are costly to read.
 */
export function readTranscript(draft: TurnDraft, agentsOfTraces: readonly AgentFinder[]): readonly Message[] {
  if (!asksTranscripts(draft)) return [];
  const agents = new Set(agentsOfTraces.flatMap((findAgents) => draft.calls.flatMap(findAgents)));
  const lists = [...agents].map((agent) => agent.readTranscript());
  const own = lists.filter((list) => lastUserText(list) === draft.userMessages.at(-1)?.text);
  return afterLastUserText(own.reduce<readonly Message[]>(longer, [])).filter((message) => !isAside(message));
}

export function asksTranscripts({ calls }: TurnDraft): boolean {
  return calls.some(hidesItsTools);
}

/** The agents of a trace that were at work during a call: the trace may hold other turns that begin with the same words. */
export type AgentFinder = (call: Call) => readonly AgentOperation[];

/** Without those that are a part of a tool. `operations` by start. */
export function createAgentFinder(operations: readonly Operation[], tree: SpanTree): AgentFinder {
  const agents = operations.filter((operation): operation is AgentOperation => {
    return operation.kind === "agent" && tree.get(operation)?.tool === undefined;
  });
  const find = createOverlapFinder(agents.map(({ span }) => stretchOf(span)));
  return ({ operation }) => find(stretchOf(operation.span)).flatMap((at) => agents[at] ?? []);
}

function stretchOf({ startTimeUnixNano, endTimeUnixNano }: Span): Stretch {
  return { from: startTimeUnixNano, until: endTimeUnixNano };
}

function hidesItsTools({ operation, calls }: Call): boolean {
  return calls.length === 0 && operation.finishReason !== undefined && /^tool/i.test(operation.finishReason);
}

function longer(a: readonly Message[], b: readonly Message[]): readonly Message[] {
  return b.length > a.length ? b : a;
}
