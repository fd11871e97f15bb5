/** One case: the agent runs, guarded, and what it returns is scored. Nothing that it does, or throws, ends more than the case. */
import { composite, type Guard } from "@turnwise/instrumentation/guards";
import { type CompleteResult, completeResult } from "./agent-result.ts";
import { type AgentFunction, tripIn, type WatchedRun, watchRun } from "./agent-run.ts";
import type { EvaluatedCase } from "./evaluated-case.ts";
import type { PromptCase } from "./prompt-case.ts";
import { type Scoring, scoreResult, scorings, type ScoringOptions } from "./score-result.ts";
import { describeThrown } from "../describe-thrown.ts";
import { sweepAsAgentEvals, tripOf } from "./sweep.ts";

/**
 * `between_steps`: an agent that tells its steps is stopped before the one that is too many, every other one is looked at
 * when it is done, and a case in which a guard trips is not scored. `afterwards`: as agent-evals does it, only when it is done;
 * the case is scored all the same, and may pass.
 */
export type GuardMode = "between_steps" | "afterwards";

export interface PromptCaseOptions extends ScoringOptions {
  /** Each case gets a fresh one. */
  readonly guard: Guard;
  /** Default `between_steps`. */
  readonly guards?: GuardMode | undefined;
}

export async function runPromptCase(
  agent: AgentFunction,
  promptCase: PromptCase,
  options: PromptCaseOptions,
): Promise<EvaluatedCase> {
  const { id: caseId, prompt } = promptCase;
  const run = watchRun(options.guards === "afterwards" ? composite() : options.guard.fresh());
  const started = performance.now();
  try {
    const result = completeResult(await agent(prompt, run));
    const latencyMs = performance.now() - started;
    return { caseId, prompt, latencyMs, ...(await evaluate(promptCase, result, run, options)) };
  } catch (error) {
    return { caseId, prompt, latencyMs: performance.now() - started, ...endedBy(error, run) };
  }
}

type Ending = Omit<EvaluatedCase, "caseId" | "prompt" | "latencyMs">;

async function evaluate(
  promptCase: PromptCase,
  result: CompleteResult,
  run: WatchedRun,
  options: PromptCaseOptions,
): Promise<Ending> {
  const { guard, guards, scoring = "documented" } = options;
  const isLate = guards === "afterwards";
  const trip = isLate ? sweepAsAgentEvals(guard, result) : tripOf(guard, run, result);
  const stepsTaken = stepsTakenIn(result, run, scoring);
  const ending = {
    result,
    stepsTaken,
    ...(result.costUsd === undefined ? {} : { costUsd: result.costUsd }),
    ...(trip === undefined ? {} : { trip }),
    ...((result.outputTokens ?? 0) > (promptCase.maxTokens ?? Infinity) ? { exceedsMaxTokens: true as const } : {}),
  };
  if (trip !== undefined && !isLate) return ending;
  try {
    return { ...ending, scores: await scoreResult(promptCase, { ...result, stepsTaken }, options) };
  } catch (error) {
    return { ...ending, error: describe(error) };
  }
}

function stepsTakenIn(result: CompleteResult, { told, stepsTaken }: WatchedRun, scoring: Scoring): number {
  return result.stepsTaken ?? (told.length === 0 ? scorings[scoring].stepsOf(result) : stepsTaken());
}

/** A framework may have put the guard's error into one of its own. Also the refused step tells what was spent before it. */
function endedBy(error: unknown, { told, stepsTaken, trip }: WatchedRun): Ending {
  const tripped = tripIn(error) ?? trip();
  const costs = told.flatMap(({ costUsd }) => costUsd ?? []);
  return {
    stepsTaken: stepsTaken(),
    ...(costs.length === 0 ? {} : { costUsd: costs.reduce((sum, cost) => sum + cost, 0) }),
    ...(tripped === undefined ? {} : { trip: tripped }),
    error: describe(error),
  };
}

const describe = (error: unknown): string => describeThrown(error, { longest: 10_000, where: true });
