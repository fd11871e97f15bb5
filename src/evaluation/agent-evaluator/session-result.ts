import type { BuiltSession, ModelCall, Step, ToolCall, Turn } from "../../model/session.ts";
import type { CompleteResult, ReasoningStep } from "./agent-result.ts";

/**
 * A session as the result of a run, so that what was captured in production can be scored as a case. Each model call is a step
 * of the trace, with the tools it called and what they returned; one that replies to the user gets the user's answer. Where no
 * model tells what it thought there is no trace.
 */
export function resultOfSession({ turns, costUsd, models, usage }: BuiltSession): CompleteResult {
  const steps = turns.flatMap((turn) => turn.steps);
  const trace = turns.flatMap((turn, at) => traceOfTurn(turn, turns[at + 1]));
  return {
    output: turns.at(-1)?.assistantContent ?? "",
    toolCalls: steps.filter((step) => step.type === "tool_call"),
    reasoningTrace: trace.some(({ thought }) => thought !== "") ? trace : [],
    stepsTaken: steps.length,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(models.length === 0 ? {} : { model: models.join(", ") }),
    outputTokens: usage.outputTokens,
  };
}

/** A model call, and the tools that it had called when the next model was asked. */
interface Act {
  readonly model: ModelCall;
  readonly tools: ToolCall[];
}

function traceOfTurn({ steps, assistantContent }: Turn, next: Turn | undefined): readonly ReasoningStep[] {
  const acts = toActs(steps);
  return acts.map(({ model, tools }, at) => {
    const thought = model.reasoning ?? model.content ?? "";
    if (tools.length > 0)
      return { thought, action: tools.map(actionOf).join("\n"), observation: tools.map(observationOf).join("\n") };
    if (at < acts.length - 1 || next === undefined) return { thought };
    return { thought, action: `reply: ${assistantContent ?? ""}`, observation: next.userContent };
  });
}

function toActs(steps: readonly Step[]): readonly Act[] {
  const acts: Act[] = [];
  for (const step of steps) {
    if (step.type === "model_call") acts.push({ model: step, tools: [] });
    else acts.at(-1)?.tools.push(step);
  }
  return acts;
}

const actionOf = ({ name, arguments: toolArguments }: ToolCall): string => `${name} ${JSON.stringify(toolArguments)}`;

/** What a tool returned, or that it returned nothing; either way the agent has seen it. */
const observationOf = ({ result, error }: ToolCall): string => error ?? JSON.stringify(result ?? null);
