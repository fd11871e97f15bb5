import type { Logger, Telemetry } from "../component/component.ts";
import type { JudgeError } from "../model/errors.ts";

/** Judges that would fail for every session until someone acts: a wrong key, no credit. They are left alone for a while. */
export interface JudgePauses {
  /** When the judge may be asked again, and why not before; undefined when it may be asked now. */
  of(judge: string): Pause | undefined;
  /** Pauses the judge, each time in a row for twice as long; says so once. */
  pause(judge: string, error: JudgeError): Pause;
  /** The judge answered: it is as good as new. */
  clear(judge: string): void;
}

export interface Pause {
  readonly until: Date;
  readonly code: string;
  readonly message: string;
}

const firstPauseMs = 60_000;
const longestPauseMs = 30 * 60_000;

export function createJudgePauses(logger: Logger, telemetry: Telemetry, now: () => number = Date.now): JudgePauses {
  const pauses = new Map<string, Pause & { inARow: number }>();
  const isPaused = (pause: Pause): boolean => pause.until.getTime() > now();
  telemetry.gauge("turnwise_judges_paused", () => [...pauses.values()].filter(isPaused).length);
  return {
    of(judge) {
      const pause = pauses.get(judge);
      return pause !== undefined && isPaused(pause) ? pause : undefined;
    },
    pause(judge, error) {
      const current = pauses.get(judge);
      if (current !== undefined && isPaused(current)) return current; // sessions judged in parallel fail together
      const inARow = (current?.inARow ?? 0) + 1;
      const wanted = Math.min(firstPauseMs * 2 ** (inARow - 1), longestPauseMs);
      const pauseMs = Math.max(wanted, (error.retryAfterSeconds ?? 0) * 1000);
      const pause = { until: new Date(now() + pauseMs), code: error.code, message: error.message, inARow };
      pauses.set(judge, pause);
      if (inARow === 1)
        logger.warn({ judge, code: error.code, reason: error.message }, "a judge is paused, it cannot judge");
      return pause;
    },
    clear(judge) {
      if (pauses.delete(judge)) logger.info({ judge }, "a judge that was paused judges again");
    },
  };
}
