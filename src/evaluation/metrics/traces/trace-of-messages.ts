/** What the adapters share: turns that are lists of messages become agent_inspect's turns. */
import type { JsonValue } from "../../../model/session.ts";
import type { TraceStep, TurnTrace } from "./turn-trace.ts";

/**
 * Each step follows the one before it in its turn (`previous`, the default); `agent_inspect`: as the original links them, which
 * is wrong after the first tool calls of a turn.
 */
export type StepParents = "previous" | "agent_inspect";

export interface TracedCall {
  readonly tool: string;
  readonly arguments: NonNullable<TraceStep["tool_input_args"]>;
  readonly output: JsonValue;
}

/** A message as the adapters have read it. `batch`: the tool calls it makes. */
export interface TracedMessage {
  readonly speaker: "user" | "agent" | "other";
  readonly content: string | null;
  readonly batch: readonly TracedCall[];
}

export interface TraceOptions {
  readonly turns: readonly (readonly TracedMessage[])[];
  /** The parents of a step: the number of its turn, its own number within the turn, and that of the first of its batch, from 0. */
  readonly parentsOf: (turn: number, step: number, first: number) => readonly string[];
  /** The reply of a turn without one. Absent: there is none. */
  readonly missingReply?: string;
}

export const stepId = (turn: number, step: number): string => `turn_${turn}_step_${step}`;

/**
 * The first user message is the input, the last agent message with a content the reply. A turn without a user message is left
 * out, and keeps its number: the next one names it as the turn it comes from.
 */
export function traceOf({ turns, parentsOf, missingReply }: TraceOptions): readonly TurnTrace[] {
  return turns.flatMap((messages, turn) => {
    const input = messages.find(({ speaker }) => speaker === "user")?.content ?? null;
    if (input === null) return [];
    const agent = messages.filter(({ speaker }) => speaker === "agent");
    const reply = agent.findLast(({ content }) => content !== null && content !== "")?.content ?? missingReply;
    return {
      id: `turn_${turn}`,
      agent_input: input,
      agent_response: reply === undefined ? null : { response: reply, status_code: "200" },
      from_id: turn === 0 ? null : `turn_${turn - 1}`,
      steps: toSteps(turn, agent, parentsOf),
      latency_in_ms: null,
    };
  });
}

function toSteps(
  turn: number,
  agent: readonly TracedMessage[],
  parentsOf: TraceOptions["parentsOf"],
): readonly TraceStep[] {
  const steps: TraceStep[] = [];
  for (const { batch } of agent) {
    const first = steps.length;
    for (const { tool, arguments: given, output } of batch) {
      const step = steps.length;
      const parents = parentsOf(turn, step, first);
      steps.push({ id: stepId(turn, step), parent_ids: parents, tool, tool_input_args: given, tool_output: output });
    }
  }
  return steps;
}

/** The step before it in the turn; of the first there is none. */
export const previousStep = (turn: number, step: number): readonly string[] =>
  step === 0 ? [] : [stepId(turn, step - 1)];
