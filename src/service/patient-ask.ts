/**
 * Asks the model of a run's metrics until it answers: what may pass by itself makes the run wait, and fails none of its items.
 * The waits are the judges': after a rate limit and while a budget is set aside as long as that takes, after other failures a few
 * tries further and further apart, and a pause for what needs somebody to act.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Telemetry } from "../component/component.ts";
import type { RunWaiting } from "../component/evaluation-runner.ts";
import type { AskMetricModel } from "../evaluation/item-metrics/item-metric.ts";
import { probeQuestion } from "../evaluation/item-metrics/probe-question.ts";
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
  /** Is told why the run waits, each time; undefined: the model answers again. */
  readonly onWaiting?: (waiting: RunWaiting | undefined) => void;
  readonly now?: () => number;
  /** Rejects when the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Of one run. */
export type Patience = (ask: AskMetricModel) => AskMetricModel;

const maximumTries = 5;
const firstDelayMs = 5000;
const longestDelayMs = 60_000;
/** A run whose model has not answered anything for so long, rate limits and budgets aside, fails. What it has stays. */
export const longestSilenceMs = 30 * 60_000;

const sleepFor = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal });

/**
 * The questions of one run share what they know of the model: as long as it answers others, a question that fails so
 * five times fails for good, with the JudgeError. When it answered no other meanwhile, it is asked something that it can always
 * answer: if it does, that is the question's fault, too; if not, they all wait. Rejects with RunFailedError when that
 * takes too long, and with the signal's reason when that aborts.
 */
export function createPatience(options: PatienceOptions): Patience {
  const { judge, project, pauses, telemetry, onWaiting = () => undefined, now = Date.now, wait = sleepFor } = options;
  let heardAt = Number.NEGATIVE_INFINITY;
  let silentSince: number | undefined;
  let isWaiting = false;

  function hear(): void {
    heardAt = now();
    silentSince = undefined;
    if (isWaiting) onWaiting(undefined);
    isWaiting = false;
  }

  /** Others may be answered while one question waits: then the run does not. */
  async function waitFor(
    ms: number,
    signal: AbortSignal,
    { code, message: reason }: Said,
    askedAt: number,
  ): Promise<void> {
    if (ms > 0 && heardAt <= askedAt) {
      isWaiting = true;
      onWaiting({ code, reason, until: new Date(now() + ms) });
    }
    await wait(ms, signal).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
  }

  async function untilNotPaused(signal: AbortSignal): Promise<void> {
    for (let pause = pauses.of(judge, project); pause !== undefined; pause = pauses.of(judge, project))
      await waitFor(Math.max(1, pause.until.getTime() - now()), signal, pause, now());
  }

  async function answersOtherwise(ask: AskMetricModel, signal: AbortSignal): Promise<boolean> {
    const answers = await answersProbe(ask, now(), signal);
    if (answers) hear();
    return answers;
  }

  /** How long to wait before the next try, of which this is the number, from 1. Throws when there is to be none. */
  function delayAfter(error: JudgeError, failures: number): number {
    silentSince = isInLine(error) ? undefined : (silentSince ?? now());
    if (silentSince !== undefined && now() - silentSince > longestSilenceMs) throw silent(error);
    if (error.pausesJudge) {
      if (options.isOwnKey)
        throw new RunFailedError(`the model could not be asked with the key that was sent: ${error.message}`);
      pauses.pause(judge, project, error);
      return 0;
    }
    return delayOf(error, failures);
  }

  return (ask) => async (question, signal) => {
    let tries = 0;
    let triesMeanwhile = 0;
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
        if (isAnswer(error)) {
          hear();
          throw error;
        }
        if (error.usesTry && !error.pausesJudge) {
          tries += 1;
          if (heardAt > askedAt) triesMeanwhile += 1;
          const isAtFault =
            triesMeanwhile >= maximumTries || (tries >= maximumTries && (await answersOtherwise(ask, signal)));
          if (isAtFault) throw error;
        }
        await waitFor(delayAfter(error, failures), signal, error, askedAt);
      }
    }
  };
}

/** Whether it answers anything at all. */
async function answersProbe(ask: AskMetricModel, at: number, signal: AbortSignal): Promise<boolean> {
  try {
    await ask(probeQuestion(at), signal);
    return true;
  } catch (error) {
    if (signal.aborted || !(error instanceof JudgeError)) throw error;
    return isAnswer(error);
  }
}

function delayOf({ retryAfterSeconds = 0 }: JudgeError, failures: number): number {
  const backoffMs = Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs);
  return Math.max(backoffMs, retryAfterSeconds * 1000);
}

type Said = Pick<JudgeError, "code" | "message">;

/** It answered, though not what was asked. */
const isAnswer = ({ retryable, pausesJudge }: JudgeError): boolean => !retryable && !pausesJudge;

/** It comes of waiting in line (a rate limit, a budget that the day's end frees), which may take as long as it likes. */
const isInLine = ({ code, retryable, usesTry }: JudgeError): boolean =>
  !usesTry || (code === "budget_exhausted" && retryable);

function silent({ code, message }: JudgeError): RunFailedError {
  const minutes = longestSilenceMs / 60_000;
  return new RunFailedError(
    `the model answered nothing for ${minutes} minutes; the last failure (${code}): ${message}`,
  );
}
