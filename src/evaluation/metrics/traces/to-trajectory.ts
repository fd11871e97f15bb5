/** From agent_inspect's turns to those that validators and metrics read. */
import type { JsonValue, ModelCall, Step, ToolCall } from "../../../model/session.ts";
import type { TrajectoryTurn } from "../../trajectory-turn.ts";
import type { TraceStep, TurnTrace } from "./turn-trace.ts";

export interface TraceTurn extends TrajectoryTurn {
  /** As measured by whoever ran the agent. Absent: it was not. */
  readonly latencyMs?: number;
}

/** Turns are numbered as they come. A reply that is no text is shown as JSON. */
export function toTrajectory(traces: readonly TurnTrace[]): readonly TraceTurn[] {
  return traces.map(({ agent_input, agent_response, steps, latency_in_ms }, index) => ({
    turn: index + 1,
    userContent: agent_input,
    ...(agent_response ? { assistantContent: toText(agent_response.response) } : {}),
    steps: (steps ?? []).flatMap(toSteps),
    ...(typeof latency_in_ms === "number" ? { latencyMs: latency_in_ms } : {}),
  }));
}

const toText = (response: JsonValue): string => (typeof response === "string" ? response : JSON.stringify(response));

/** A step may be a tool call and a thought, in this order; its tokens are the thought's, or stand alone. */
function toSteps(step: TraceStep): readonly Step[] {
  const { agent_thought: thought } = step;
  const usage = toUsage(step);
  if (!thought && usage === undefined) return toToolCalls(step);
  const modelCall: ModelCall = {
    type: "model_call",
    ...(thought ? { reasoning: thought } : {}),
    ...(usage ? { usage } : {}),
  };
  return [...toToolCalls(step), modelCall];
}

function toToolCalls({ id, tool, tool_input_args, tool_output }: TraceStep): readonly ToolCall[] {
  if (!tool) return [];
  const given = (tool_input_args ?? []).map(({ name, value }): [string, JsonValue] => [name, value ?? null]);
  const result = tool_output === undefined || tool_output === null ? {} : { result: tool_output };
  // Own properties all of them, also one that is called `__proto__`.
  return [{ type: "tool_call", id, name: tool, arguments: Object.fromEntries(given), ...result }];
}

function toUsage(step: TraceStep): ModelCall["usage"] {
  const {
    input_token_consumption: input,
    output_token_consumption: output,
    reasoning_token_consumption: reasoning,
  } = step;
  if ((input ?? output ?? reasoning ?? undefined) === undefined) return undefined;
  return {
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    cachedInputTokens: 0,
    reasoningTokens: reasoning ?? 0,
  };
}
