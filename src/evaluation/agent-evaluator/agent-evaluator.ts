import { randomUUID } from "node:crypto";
import { defaultGuards, type Guard } from "@turnwise/instrumentation/guards";
import type { AgentFunction } from "./agent-run.ts";
import type { EvaluatedCase } from "./evaluated-case.ts";
import type { PromptCase } from "./prompt-case.ts";
import { buildReport, defaultPassThreshold, type EvaluationReport } from "./evaluation-report.ts";
import { type PromptCaseOptions, type GuardMode, runPromptCase } from "./run-prompt-case.ts";
import { checkWeights, defaultMaxSteps, type ScoringOptions, scorings } from "./score-result.ts";

export interface EvaluatorOptions extends ScoringOptions {
  /** The lowest overall score with which a case passes, 0..1. Default 0.7. */
  readonly passThreshold?: number;
  /** Of a case. Default 1. */
  readonly costCeilingUsd?: number;
  /** In place of `defaultGuards` with `maxSteps`, `costCeilingUsd` and four repetitions. */
  readonly guard?: Guard;
  /** Default `between_steps`. */
  readonly guards?: GuardMode;
}

/**
 * Puts an agent to the test, case by case, without a language model: how far it completed the task, how it reasoned, which tools
 * it used. Shaped as agent-evals' AgentEvaluator; with `{ scoring: "agent-evals", guards: "afterwards" }` its numbers are, too.
 */
export class AgentEvaluator {
  readonly #agent: AgentFunction;
  readonly #options: PromptCaseOptions;
  readonly #passThreshold: number;

  /** Throws a RangeError for weights that do not sum to 1, for a threshold outside 0..1, and for limits that are none. */
  constructor(agent: AgentFunction, options: EvaluatorOptions = {}) {
    const { scoring = "documented", passThreshold = defaultPassThreshold, maxSteps = defaultMaxSteps } = options;
    const { weights = scorings[scoring].weights, costCeilingUsd = 1, guards = "between_steps" } = options;
    checkWeights(weights);
    if (!(passThreshold >= 0 && passThreshold <= 1))
      throw new RangeError(`passThreshold must be between 0 and 1, and is ${passThreshold}`);
    const guard = options.guard ?? defaultGuards({ maxSteps, costCeilingUsd });
    this.#agent = agent;
    this.#options = { scoring, weights, maxSteps, guard, guards };
    this.#passThreshold = passThreshold;
  }

  /** One case after the other. Never rejects for what the agent does: a case in which it fails says so. */
  async evaluate(cases: readonly PromptCase[]): Promise<EvaluationReport> {
    const timestamp = new Date().toISOString();
    const results: EvaluatedCase[] = [];
    for (const promptCase of cases) results.push(await runPromptCase(this.#agent, promptCase, this.#options));
    return buildReport(results, { runId: randomUUID().slice(0, 8), timestamp, passThreshold: this.#passThreshold });
  }
}
