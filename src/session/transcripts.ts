/** What agents kept of a whole run, for turns whose model calls stop for tools and do not say for which. */
import type { Message } from "../dialects/message.ts";
import type { AgentOperation, Operation } from "../dialects/operation.ts";
import { afterLastUserText, lastUserRun } from "./call.ts";
import type { Call } from "./call.ts";
import type { SpanTree } from "./span-tree.ts";
import type { TurnDraft } from "./turn-draft.ts";

/**
 * What followed the turn's user text in the longest list that one of the agents kept (those of the turn's traces), and
 * nothing for turns whose calls say everything: such lists repeat the history and are costly to read.
 */
export function readTranscript(draft: TurnDraft, agents: readonly AgentOperation[]): readonly Message[] {
  if (!draft.calls.some(hidesItsTools)) return [];
  const lists = agents.filter((agent) => worksFor(agent, draft)).map((agent) => agent.readTranscript());
  const own = lists.filter((list) => lastUserRun(list).at(-1) === draft.userTexts.at(-1));
  return afterLastUserText(own.reduce<readonly Message[]>(longer, []));
}

/** The trace may hold other turns, and some of them may begin with the same words. */
function worksFor({ span: agent }: AgentOperation, { calls }: TurnDraft): boolean {
  return calls.some(({ operation: { span } }) => {
    return agent.startTimeUnixNano <= span.endTimeUnixNano && span.startTimeUnixNano <= agent.endTimeUnixNano;
  });
}

/** Agents that are no part of a tool. */
export function ownAgents(operations: readonly Operation[], tree: SpanTree): readonly AgentOperation[] {
  return operations.filter((operation): operation is AgentOperation => {
    return operation.kind === "agent" && tree.get(operation)?.tool === undefined;
  });
}

function hidesItsTools({ operation, calls }: Call): boolean {
  return calls.length === 0 && operation.finishReason !== undefined && /^tool/i.test(operation.finishReason);
}

function longer(a: readonly Message[], b: readonly Message[]): readonly Message[] {
  return b.length > a.length ? b : a;
}
