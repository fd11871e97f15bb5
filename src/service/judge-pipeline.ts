/**
 * The second pipeline, after the store: takes sessions that went quiet or were closed, builds them, has them judged. Nothing that
 * a sender waits for is here. All state is in the store: a session is held by a lease, so a crash repeats work and loses none.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger, Telemetry } from "../component/component.ts";
import type { TakeIn } from "../component/take-in.ts";
import type { Judge } from "../component/judge.ts";
import type { Claim, Store, WaitingSessions } from "../component/store.ts";
import type { ReadOptions } from "../session/facts-reader.ts";
import { createJudgePauses } from "./judge-pauses.ts";
import { createJudgeRetries } from "./judge-retries.ts";
import { createKeptSessions } from "./kept-sessions.ts";
import { processClaim } from "./process-claim.ts";

export interface JudgePipelineOptions {
  readonly store: Store;
  /** In order of rank; those that are off are not asked. */
  readonly judges: readonly Judge[];
  /** A session is built and judged when nothing came for this long. */
  readonly idleMs: number;
  /** One that never goes quiet is built and judged this long after it changed. */
  readonly maxDurationMs?: number;
  readonly reading?: ReadOptions;
  /** What makes messages of texts and recordings. Absent: sessions that came as such are built of nothing. */
  readonly takeIn?: TakeIn;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Sessions in work at the same time. */
  readonly concurrency?: number;
  /** How long a session stays taken when this process dies. */
  readonly leaseMs?: number;
  /** Who takes the leases; must differ between processes. */
  readonly worker?: string;
}

export interface JudgePipeline {
  /** Takes no more work and gives up what is in hand; resolves when nothing runs any more. Safe twice. */
  stop(): Promise<void>;
}

const longestPollMs = 250;
/** Whoever opened a session of messages and added nothing to it for an hour has gone: it is closed, and judged as a whole. */
const streamSilenceMs = 60 * 60_000;
/** Notices come in bursts while data streams in: one look at the store answers all of a burst. */
const settleMs = 50;

export function startJudgePipeline(options: JudgePipelineOptions): JudgePipeline {
  const { store, judges, idleMs, logger, telemetry, concurrency = 4, leaseMs = 30_000, reading = {} } = options;
  const worker = options.worker ?? `judge-${process.pid}`;
  const stopping = new AbortController();
  const inWork = new Set<Promise<void>>();
  const alarm = createAlarm();
  const context = {
    store,
    judges,
    pauses: createJudgePauses(logger, telemetry),
    retries: createJudgeRetries(),
    reading,
    kept: createKeptSessions({ store, reading }),
    leaseMs,
    logger,
    telemetry,
    ...(options.takeIn === undefined ? {} : { takeIn: options.takeIn }),
  };
  const longest = options.maxDurationMs === undefined ? {} : { maxDurationMs: options.maxDurationMs };
  telemetry.gauge("turnwise_sessions_in_work", () => inWork.size);
  const countWaiting = showWaiting(options);
  const unwatch = store.watch(({ kind }) => {
    if (kind === "session-updated") alarm.ring();
  });

  async function claim(limit: number): Promise<readonly Claim[]> {
    try {
      return await store.claimSessions({ worker, limit, leaseMs, idleMs, streamSilenceMs, ...longest });
    } catch (error) {
      if (!stopping.signal.aborted) logger.warn({ err: error }, "looking for sessions to judge failed");
      return [];
    }
  }

  function take(claim: Claim): void {
    const work = processClaim(claim, stopping.signal, context).finally(() => {
      inWork.delete(work);
      alarm.ring();
    });
    inWork.add(work);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const free = concurrency - inWork.size;
      const claims = free > 0 ? await claim(free) : [];
      for (const taken of claims) take(taken);
      await countWaiting();
      await alarm.wait(Math.min(idleMs / 4, longestPollMs));
      // Only after a look that found nothing: with all hands full, the next session is taken as soon as one is done.
      if (free > 0 && claims.length === 0) await sleep(settleMs);
    }
    await Promise.all(inWork);
  }

  const running = run();
  return {
    async stop() {
      stopping.abort(new Error("the judge pipeline is stopping"));
      unwatch();
      alarm.ring();
      await running;
    },
  };
}

/** Counting costs more the more there is to count, so it is done now and then, and not when somebody looks at the numbers. */
const countIntervalMs = 2000;

/** Shows how much work waits. Returns what counts it again when that is due. */
function showWaiting({ store, telemetry, logger }: JudgePipelineOptions): () => Promise<void> {
  let waiting: WaitingSessions = { open: 0, due: 0 };
  let countedAt = Number.NEGATIVE_INFINITY;
  telemetry.gauge("turnwise_sessions_open", () => waiting.open);
  telemetry.gauge("turnwise_judge_queue_size", () => waiting.due);
  return async () => {
    if (performance.now() - countedAt < countIntervalMs) return;
    countedAt = performance.now();
    try {
      waiting = await store.countWaiting();
    } catch (error) {
      logger.warn({ err: error }, "counting what waits for the judges failed");
    }
  };
}

/** Something to wait on with a time limit, which others can cut short; a ring while nobody waits is not lost. */
function createAlarm() {
  let rang = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rang = true;
      wake?.();
    },
    async wait(milliseconds: number): Promise<void> {
      if (!rang)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      rang = false;
    },
  };
}
