/**
 * Asks the model of a run's metrics until it answers: what may pass by itself makes the run wait, and fails none of its items.
 * The waits are the judges': after a rate limit and while a budget is set aside as long as that takes, after other failures a few
 * tries further and further apart, and a pause for what needs somebody to act.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Telemetry } from "../component/component.ts";
import type { AskMetricModel } from "../evaluation/item-metrics/item-metric.ts";
import { JudgeError } from "../model/errors.ts";
import type { JudgePauses } from "./judge-pauses.ts";

/** The run cannot be scored to its end. `message` says why, to whoever started it. */
export class RunFailedError extends Error {
  override readonly name = "RunFailedError";
}

export interface PatienceOptions {
  /** Whose model it is. */
  readonly judge: string;
  readonly project: string;
  /** The sender's: nobody here can mend what is wrong with it. */
  readonly isOwnKey: boolean;
  readonly pauses: JudgePauses;
  readonly telemetry: Telemetry;
  readonly now?: () => number;
  /** Rejects when the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Of one run. */
export type Patience = (ask: AskMetricModel) => AskMetricModel;

const maximumTries = 5;
const firstDelayMs = 5000;
const longestDelayMs = 60_000;
/** A run whose model has not answered anything for so long, budgets aside, fails. What it has stays. */
export const longestSilenceMs = 30 * 60_000;

const sleepFor = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal });

/**
 * The questions of one run share what they know of the model: as long as it answers others, a question that fails so
 * five times fails for good, with the JudgeError; when it answers nobody, they all wait. Rejects with RunFailedError when that
 * takes too long, and with the signal's reason when that aborts.
 */
export function createPatience(options: PatienceOptions): Patience {
  const { judge, project, pauses, telemetry, now = Date.now, wait = sleepFor } = options;
  let heardAt = Number.NEGATIVE_INFINITY;
  let silentSince: number | undefined;

  function hear(): void {
    heardAt = now();
    silentSince = undefined;
  }

  async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
    await wait(ms, signal).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
  }

  async function untilNotPaused(signal: AbortSignal): Promise<void> {
    for (let pause = pauses.of(judge, project); pause !== undefined; pause = pauses.of(judge, project))
      await waitFor(Math.max(1, pause.until.getTime() - now()), signal);
  }

  /** How long to wait before the next try, of which this is the number, from 1. Throws when there is to be none. */
  function delayAfter(error: JudgeError, failures: number): number {
    silentSince = isBudget(error) ? undefined : (silentSince ?? now());
    if (silentSince !== undefined && now() - silentSince > longestSilenceMs) throw silent(error);
    if (error.pausesJudge) {
      if (options.isOwnKey)
        throw new RunFailedError(`the model could not be asked with the key that was sent: ${error.message}`);
      pauses.pause(judge, project, error);
      return 0;
    }
    const backoffMs = Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs);
    return Math.max(backoffMs, (error.retryAfterSeconds ?? 0) * 1000);
  }

  return (ask) => async (question, signal) => {
    let tries = 0;
    for (let failures = 1; ; failures += 1) {
      if (!options.isOwnKey) await untilNotPaused(signal);
      const askedAt = now();
      try {
        const answer = await ask(question, signal);
        hear();
        if (!options.isOwnKey) pauses.clear(judge, project);
        return answer;
      } catch (error) {
        if (signal.aborted || !(error instanceof JudgeError)) throw error;
        telemetry.count("turnwise_run_model_failures", { code: error.code }, 1);
        const isAnswer = !error.retryable && !error.pausesJudge;
        if (isAnswer) hear();
        else if (error.usesTry && !error.pausesJudge && heardAt > askedAt) tries += 1;
        if (isAnswer || tries >= maximumTries) throw error;
        await waitFor(delayAfter(error, failures), signal);
      }
    }
  };
}

/** It frees itself when the day ends, or when calls under way are done. */
const isBudget = ({ code, retryable }: JudgeError): boolean => code === "budget_exhausted" && retryable;

function silent({ code, message }: JudgeError): RunFailedError {
  const minutes = longestSilenceMs / 60_000;
  return new RunFailedError(
    `the model answered nothing for ${minutes} minutes; the last failure (${code}): ${message}`,
  );
}
