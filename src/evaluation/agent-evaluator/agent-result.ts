import { z } from "zod";

/** What an agent returns of one case. Source: agent-evals' AgentResult. */
export interface AgentResult {
  readonly output: string;
  /** In the order of calling. */
  readonly toolCalls?: readonly CalledTool[] | undefined;
  /** Absent or empty: it does not tell what it thought. */
  readonly reasoningTrace?: readonly ReasoningStep[] | undefined;
  /** Absent: as many as it told its guards of, else as the trace and the tool calls show. */
  readonly stepsTaken?: number | undefined;
  readonly costUsd?: number | undefined;
  readonly model?: string | undefined;
  readonly outputTokens?: number | undefined;
}

export interface CalledTool {
  readonly name: string;
  readonly arguments?: unknown;
  readonly result?: unknown;
  /** Absent or empty: it did not fail. */
  readonly error?: string | undefined;
}

export interface ReasoningStep {
  readonly thought: string;
  readonly action?: string | undefined;
  readonly observation?: string | undefined;
}

/** A result whose lists are there. */
export interface CompleteResult extends AgentResult {
  readonly toolCalls: readonly CalledTool[];
  readonly reasoningTrace: readonly ReasoningStep[];
}

const text = z.string().optional();

const schema = z.object({
  output: z.string(),
  toolCalls: z
    .array(
      z.object({
        name: z.string(),
        arguments: z.unknown().optional(),
        result: z.unknown().optional(),
        error: text,
      }),
    )
    .default([]),
  reasoningTrace: z.array(z.object({ thought: z.string(), action: text, observation: text })).default([]),
  stepsTaken: z.int().min(0).optional(),
  costUsd: z.number().min(0).optional(),
  model: text,
  outputTokens: z.int().min(0).optional(),
});

/** Throws a TypeError for what is no result, which an agent in JavaScript can return; it names the place, never what stands there. */
export function completeResult(result: AgentResult): CompleteResult {
  const parsed = schema.safeParse(result);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = ["result", ...(issue?.path ?? [])].join(".");
  throw new TypeError(`what the agent returned is no result: ${place}: ${issue?.message ?? ""}`);
}
