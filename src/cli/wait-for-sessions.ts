/** Waiting until sessions that were marked on a server are through, with a bar or a line a second. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CommandContext } from "./command.ts";
import { toPrintableJson } from "./printable.ts";

/** How often the server is asked how far it is, and how often JSON says it, in milliseconds. */
const pollMs = 200;
const reportMs = 1000;
/** A server that ended goes on where it was when it is started again: so long it is waited for. */
const patienceMs = 60_000;

/** As the server tells it: sessions that wait, and those that were cancelled since its start. */
export interface Marked {
  readonly waiting: number;
  readonly cancelled: number;
}

/** Of those `sessions` that were asked for. */
export interface SessionsProgress {
  readonly sessions: number;
  readonly finished: number;
  readonly remaining: number;
  readonly cancelled: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly done: boolean;
}

/** Others may ask for more meanwhile, so that more wait than were asked for: then nothing is finished yet of ours. */
export function progressOf(sessions: number, waiting: number, elapsedMs = 0, cancelled = 0): SessionsProgress {
  const remaining = Math.min(waiting, sessions);
  const finished = Math.max(0, sessions - remaining - cancelled);
  const seconds = Math.round(elapsedMs / 100) / 10;
  const perSecond = elapsedMs === 0 ? 0 : Math.round((finished * 10_000) / elapsedMs) / 10;
  return { sessions, finished, remaining, cancelled, perSecond, seconds, done: remaining === 0 };
}

/** Keys as in the API; `verb` is what was done to the sessions. */
export const toProgressJson = ({ finished, perSecond, ...progress }: SessionsProgress, verb: string): object => ({
  ...progress,
  [verb]: finished,
  per_second: perSecond,
});

/** What is shown of it meanwhile. */
export interface Shown {
  readonly show: (progress: SessionsProgress) => void;
  readonly end: () => void;
}

/** `asked`: what the server said when it was asked for them. */
export async function waitForSessions(
  asked: Marked,
  read: () => Promise<Marked>,
  { show, end }: Shown,
): Promise<SessionsProgress> {
  const startedAt = performance.now();
  try {
    for (;;) {
      const { waiting, cancelled } = await readPatiently(read);
      const since = Math.max(0, cancelled - asked.cancelled);
      const progress = progressOf(asked.waiting, waiting, performance.now() - startedAt, since);
      show(progress);
      if (progress.done) return progress;
      await sleep(pollMs);
    }
  } finally {
    end();
  }
}

async function readPatiently(read: () => Promise<Marked>): Promise<Marked> {
  const { ConnectionError } = await import("@turnwise/client");
  for (const giveUpAt = performance.now() + patienceMs; ; await sleep(pollMs)) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ConnectionError) || performance.now() > giveUpAt) throw error;
    }
  }
}

export async function drawBar(sessions: number, { err }: CommandContext): Promise<Shown> {
  const { createProgress } = await import("./progress.ts");
  const progress = createProgress(sessions, err);
  let drawn = 0;
  return {
    show({ finished, cancelled }) {
      for (; drawn < finished + cancelled; drawn += 1) progress.advance();
    },
    end: () => progress.clear(),
  };
}

/** A line each, for programs that watch. */
export function reportAsJson(verb: string, { err }: CommandContext): Shown {
  let reportedAt = Number.NEGATIVE_INFINITY;
  return {
    show(progress) {
      if (!progress.done && performance.now() - reportedAt < reportMs) return;
      reportedAt = performance.now();
      err.write(`${toPrintableJson(toProgressJson(progress, verb))}\n`);
    },
    end: () => undefined,
  };
}
