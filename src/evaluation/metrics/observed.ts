/** What can be counted without asking anybody. Source: agent_inspect's observed metrics. */
import { InvalidInputError } from "../evaluation-error.ts";
import type { Turn } from "../../model/session.ts";
import { round4 } from "../python-numbers.ts";
import { strip } from "../python-text.ts";

export interface TimedTurn extends Pick<Turn, "turn" | "startedAt" | "endedAt"> {
  /** As measured by whoever ran the agent. Absent: from its start to its end. */
  readonly latencyMs?: number;
}

export type SteppedTurn = Pick<Turn, "turn" | "steps">;

/** The sum, in milliseconds, to four decimals. Throws InvalidInputError 050008, naming all turns that lack a time. */
export function totalLatencyMs(turns: readonly TimedTurn[]): number {
  const untimed = turns.filter((turn) => latencyOf(turn) === undefined);
  if (untimed.length > 0)
    throw new InvalidInputError("050008", `turns without a time: ${untimed.map(({ turn }) => turn).join(", ")}`);
  return round4(turns.reduce((sum, turn) => sum + (latencyOf(turn) ?? 0), 0));
}

/** In milliseconds; 0 for no turns. Throws as `totalLatencyMs`. */
export function averageLatencyMs(turns: readonly TimedTurn[]): number {
  return turns.length === 0 ? 0 : totalLatencyMs(turns) / turns.length;
}

function latencyOf({ latencyMs, startedAt, endedAt }: TimedTurn): number | undefined {
  if (latencyMs !== undefined || startedAt === undefined || endedAt === undefined) return latencyMs;
  return endedAt.getTime() - startedAt.getTime();
}

export interface TokenCounts {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Also part of the output tokens. */
  readonly reasoningTokens: number;
  readonly totalTokens: number;
}

export interface TokenCountOptions {
  /**
   * Reasoning is part of the output, and the total is input and output (the default). `again` adds it once more, as
   * agent_inspect does, whose output tokens may be without it.
   */
  readonly reasoning?: "within_output" | "again";
}

/**
 * Of the turns' own model calls; one without usage counts nothing. Throws InvalidInputError 050008 for a turn without steps,
 * whose tokens nobody knows.
 */
export function countTokens(
  turns: readonly SteppedTurn[],
  { reasoning = "within_output" }: TokenCountOptions = {},
): TokenCounts {
  const empty = turns.find(({ steps }) => steps.length === 0);
  if (empty !== undefined) throw new InvalidInputError("050008", `turn ${empty.turn} has no steps`);
  const usages = turns.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.type === "model_call" ? (step.usage ?? []) : [])),
  );
  const sum = (kind: "inputTokens" | "outputTokens" | "reasoningTokens"): number =>
    usages.reduce((total, usage) => total + usage[kind], 0);
  const [inputTokens, outputTokens, reasoningTokens] = [
    sum("inputTokens"),
    sum("outputTokens"),
    sum("reasoningTokens"),
  ];
  const totalTokens = inputTokens + outputTokens + (reasoning === "again" ? reasoningTokens : 0);
  return { inputTokens, outputTokens, reasoningTokens, totalTokens };
}

/** Calls of tools that have a name. What a tool's own agent called does not count. */
export function countToolCalls(turns: readonly Pick<Turn, "steps">[]): number {
  return turns.flatMap(({ steps }) => steps.filter((step) => step.type === "tool_call" && strip(step.name) !== ""))
    .length;
}
