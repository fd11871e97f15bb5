import type { JsonValue } from "../../model/session.ts";

/**
 * A task that is one prompt, for `AgentEvaluator`. Source: agent-evals' EvalCase. (A case of `turnwise eval`, which may go over
 * several turns, has validators and stands in a file, is an `EvalCase`.)
 */
export interface PromptCase {
  readonly id: string;
  readonly prompt: string;
  /** A text that the output is to contain, or a check of one's own. Absent: any output will do. */
  readonly expectedOutput?: string | OutputCheck | undefined;
  /** Names of tools, in any order. Absent or empty: what it calls is not looked at. */
  readonly expectedTools?: readonly string[] | undefined;
  /** Steps that the task takes, if that is known; else few of the evaluator's `maxSteps` are good. */
  readonly stepsNeeded?: number | undefined;
  /** Tokens that the agent should write at most. More are flagged, and change no score. */
  readonly maxTokens?: number | undefined;
  readonly metadata?: Readonly<Record<string, JsonValue>> | undefined;
}

/** Says how good an output is: true, false or 0..1; what lies outside is taken for the nearer of both. */
export type OutputCheck = (output: string) => number | boolean | Promise<number | boolean>;
