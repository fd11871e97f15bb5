/** One trial of one case: the agent is asked turn by turn, and what it did is scored. Nothing that it does can end the run. */
import { setTimeout as sleep } from "node:timers/promises";
import { composite, GuardError, type Guard, type Trip } from "@turnwise/instrumentation/guards";
import type { ChatMessage } from "../../model/message.ts";
import { tripIn, type WatchedRun, watchRun } from "../agent-evaluator/agent-run.ts";
import { tripOf } from "../agent-evaluator/sweep.ts";
import { describeThrown } from "../describe-thrown.ts";
import { EvaluationError } from "../evaluation-error.ts";
import type { UserProxy } from "../metrics/user-proxy/create-user-proxy.ts";
import { type AgentAnswer, type AnsweredTurn, wholeAnswer } from "./agent-answer.ts";
import { AgentError } from "./agent-error.ts";
import type { Agent, AgentContext } from "./agent.ts";
import type { EvalCase } from "./eval-case.ts";
import { inputsOf, type SimulatedUser } from "./simulated-user.ts";
import type { CaseScore, ScoreCase } from "./score-case.ts";
import { settledUnless } from "./settled-unless.ts";
import type { TrialError, TrialResult } from "./trial-result.ts";

export interface TrialOptions {
  readonly agent: Agent;
  readonly score: ScoreCase;
  /** The lowest score with which a trial passes, unless its case says otherwise. */
  readonly threshold: number;
  /** For all turns of an attempt together. */
  readonly timeoutMs: number;
  /** For what scores an answered trial. */
  readonly scoringTimeoutMs: number;
  /** Further attempts when the agent does not answer. What was answered is never asked for again. */
  readonly retries: number;
  /** Before the first further attempt; doubles with each. */
  readonly retryDelayMs: number;
  /** Of cases whose user is simulated. */
  readonly userOf?: ((user: SimulatedUser) => UserProxy) | undefined;
  /** Each attempt gets a fresh one. */
  readonly guard?: Guard | undefined;
  /** Cancels the run. */
  readonly signal: AbortSignal;
}

/** Rejects only when the run is cancelled. */
export async function runTrial(evalCase: EvalCase, trial: number, options: TrialOptions): Promise<TrialResult> {
  const started = performance.now();
  let attempts = 1;
  let attempt = await attemptTrial(evalCase, trial, options);
  while (attempt.error !== undefined && attempts <= options.retries) {
    const delayMs = Math.min(options.retryDelayMs * 2 ** (attempts - 1), longestDelayMs);
    // One of its own: Node warns of signals that many wait for.
    await sleep(delayMs, undefined, { signal: AbortSignal.any([options.signal]) });
    attempts += 1;
    attempt = await attemptTrial(evalCase, trial, options);
  }
  const { turns, error, trip } = attempt;
  const judged: Scored = error === undefined && trip === undefined ? await scoreTrial(evalCase, turns, options) : {};
  options.signal.throwIfAborted();
  const failure = error ?? judged.error;
  const threshold = evalCase.threshold ?? options.threshold;
  return {
    trial,
    status: statusOf(judged.score, { failure, trip, threshold }),
    attempts,
    turns,
    score: judged.score?.value ?? null,
    metrics: judged.score?.metrics ?? [],
    validations: judged.score?.validations ?? [],
    durationMs: performance.now() - started,
    ...(trip === undefined ? {} : { trip }),
    ...(failure === undefined ? {} : { error: failure }),
  };
}

const longestDelayMs = 30_000;

interface Attempt {
  /** The turns that were answered. */
  readonly turns: readonly AnsweredTurn[];
  readonly trip?: Trip;
  readonly error?: TrialError;
}

async function attemptTrial(evalCase: EvalCase, trial: number, options: TrialOptions): Promise<Attempt> {
  const stop = new AbortController();
  const timer = setTimeout(() => {
    stop.abort(new AgentError("timed_out", `no answer within ${options.timeoutMs} ms`));
  }, options.timeoutMs);
  const signal = AbortSignal.any([stop.signal, options.signal]);
  const guard = options.guard ?? composite();
  const run = watchRun(guard.fresh());
  const context = { signal, step: stepOrStop(run, stop) };
  const turns: AnsweredTurn[] = [];
  try {
    const nextInput = inputsOf(evalCase, options);
    const messages: ChatMessage[] = [];
    for (;;) {
      const input = await settledUnless(signal, async () => nextInput(turns));
      if (input === undefined) return { turns };
      messages.push({ role: "user", content: input });
      const request = { caseId: evalCase.id, trial, turn: turns.length + 1, input, messages: [...messages] };
      const toldBefore = run.told.length;
      const answer = await settledUnless(signal, async () => options.agent(request, context));
      turns.push({ input, ...withSteps(answer, run.told.length - toldBefore) });
      const trip = tripOf(guard, run, wholeAnswer(turns));
      if (trip !== undefined) throw new GuardError(trip);
      messages.push({ role: "assistant", content: answer.output });
    }
  } catch (error) {
    options.signal.throwIfAborted();
    const trip = tripIn(error);
    if (trip !== undefined) return { turns, trip };
    return { turns, error: toTrialError(error) };
  } finally {
    clearTimeout(timer);
    // Whatever the agent still does is of no use to anybody.
    stop.abort();
  }
}

/** Where the answer does not say how many steps it took, so many as were told of. */
function withSteps(answer: AgentAnswer, told: number): AgentAnswer {
  return answer.stepsTaken === undefined && told > 0 ? { ...answer, stepsTaken: told } : answer;
}

/** An agent that is to take no further step is not waited for. */
function stepOrStop(run: WatchedRun, stop: AbortController): AgentContext["step"] {
  return (step) => {
    try {
      run.step(step);
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  };
}

interface Scored {
  readonly score?: CaseScore;
  readonly error?: TrialError;
}

async function scoreTrial(
  evalCase: EvalCase,
  turns: readonly AnsweredTurn[],
  { score, scoringTimeoutMs, signal: cancelled }: TrialOptions,
): Promise<Scored> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error(`no score within ${scoringTimeoutMs} ms`)), scoringTimeoutMs);
  const signal = AbortSignal.any([stop.signal, cancelled]);
  try {
    return { score: await settledUnless(signal, async () => score(evalCase, turns, signal)) };
  } catch (error) {
    return { error: { code: "scoring_failed", message: messageOf(error) } };
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

function toTrialError(error: unknown): TrialError {
  const message = messageOf(error);
  if (error instanceof EvaluationError) return { code: "user_failed", message };
  return { code: error instanceof AgentError ? error.code : "crashed", message };
}

/** People read it: without the frame around agent_inspect's errors. */
const messageOf = (error: unknown): string =>
  describeThrown(error instanceof EvaluationError ? error.reason : error, { longest: 2_000 });

interface Ending {
  readonly failure: TrialError | undefined;
  readonly trip: Trip | undefined;
  readonly threshold: number;
}

function statusOf(score: CaseScore | undefined, { failure, trip, threshold }: Ending): TrialResult["status"] {
  if (trip !== undefined) return "stopped";
  if (failure !== undefined || score === undefined) return "error";
  const isEnough = score.value !== null && score.value >= threshold;
  return isEnough && score.validations.every(({ passed }) => passed) ? "passed" : "failed";
}
