import type { JudgePause } from "../component/judge.ts";
import type { Logger, Telemetry } from "../component/component.ts";
import type { JudgeError } from "../model/errors.ts";

/** Judges that would fail for every session until someone acts: a wrong key, no credit. They are left alone for a while. */
export interface JudgePauses {
  /** When the judge may be asked again about the project's sessions, and why not before; undefined when it may be asked now. */
  of(judge: string, project: string): JudgePause | undefined;
  /** Pauses the judge, in the project only where the error says so; each time in a row for twice as long. Says so once. */
  pause(judge: string, project: string, error: JudgeError): JudgePause;
  /** The judge answered: it is as good as new. */
  clear(judge: string, project: string): void;
}

const firstPauseMs = 60_000;
const longestPauseMs = 30 * 60_000;

export interface JudgePausesOptions {
  readonly now?: () => number;
  /** The number that shows how many there are. */
  readonly gauge?: string;
  /** Is told all that hold, whenever that changes by more than time. */
  readonly onChange?: (pauses: readonly JudgePause[]) => void;
}

export function createJudgePauses(
  logger: Logger,
  telemetry: Telemetry,
  { now = Date.now, gauge = "turnwise_judges_paused", onChange }: JudgePausesOptions = {},
): JudgePauses {
  const pauses = new Map<string, { readonly pause: JudgePause; readonly inARow: number }>();
  const isPaused = ({ until }: JudgePause): boolean => until.getTime() > now();
  const current = (): readonly JudgePause[] => [...pauses.values()].map(({ pause }) => pause).filter(isPaused);
  telemetry.gauge(gauge, () => new Set(current().map(({ judge }) => judge)).size);

  function pauseAt(key: string): JudgePause | undefined {
    const pause = pauses.get(key)?.pause;
    return pause !== undefined && isPaused(pause) ? pause : undefined;
  }

  return {
    of: (judge, project) => pauseAt(keyOf(judge)) ?? pauseAt(keyOf(judge, project)),
    pause(judge, project, error) {
      const place = error.onlyInProject ? { project } : {};
      const key = keyOf(judge, place.project);
      const before = pauseAt(key);
      if (before !== undefined) return before; // sessions judged in parallel fail together
      const inARow = (pauses.get(key)?.inARow ?? 0) + 1;
      const wanted = Math.min(firstPauseMs * 2 ** (inARow - 1), longestPauseMs);
      const pauseMs = Math.max(wanted, (error.retryAfterSeconds ?? 0) * 1000);
      const { code, message } = error;
      const pause = { judge, ...place, until: new Date(now() + pauseMs), code, message };
      pauses.set(key, { pause, inARow });
      if (inARow === 1) logger.warn({ judge, ...place, code, reason: message }, "a judge is paused, it cannot judge");
      onChange?.(current());
      return pause;
    },
    clear(judge, project) {
      const wasPaused = [keyOf(judge), keyOf(judge, project)].filter((key) => pauses.delete(key)).length > 0;
      if (!wasPaused) return;
      logger.info({ judge }, "a judge that was paused judges again");
      onChange?.(current());
    },
  };
}

const keyOf = (judge: string, project?: string): string => JSON.stringify([judge, project]);
