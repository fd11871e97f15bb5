/**
 * The second pipeline, after the store: takes sessions that went quiet or were closed, builds them, has them judged. Nothing that
 * a sender waits for is here. All state is in the store: a session is held by a lease, so a crash repeats work and loses none.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger, Telemetry } from "../component/component.ts";
import type { TakeIn } from "../component/take-in.ts";
import type { Evaluator } from "../component/evaluator.ts";
import type { Judge, JudgePause } from "../component/judge.ts";
import type { Claim, Store } from "../component/store.ts";
import type { ReadOptions } from "../session/facts-reader.ts";
import { createAlarm } from "./alarm.ts";
import { createJudgePauses } from "./judge-pauses.ts";
import { createJudgeRetries } from "./judge-retries.ts";
import { createKeptSessions } from "./kept-sessions.ts";
import { showSpend, showWaiting } from "./pipeline-gauges.ts";
import { processClaim } from "./process-claim.ts";

export interface JudgePipelineOptions {
  readonly store: Store;
  /** In order of rank; those that are off are not asked. */
  readonly judges: readonly Judge[];
  /** Asked when the judges have been. Absent: none. */
  readonly evaluators?: readonly Evaluator[];
  /** A session is built and judged when nothing came for this long. */
  readonly idleMs: number;
  /** One that never goes quiet is built and judged this long after it changed. */
  readonly maxDurationMs?: number;
  readonly reading?: ReadOptions;
  /** What makes messages of texts and recordings. Absent: sessions that came as such are built of nothing. */
  readonly takeIn?: TakeIn;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Sessions in work at the same time: most of that is waiting for judges. */
  readonly concurrency?: number;
  /** Of these, so many are being built, which is work for a processor. */
  readonly building?: number;
  /** How long a session stays taken when this process dies. */
  readonly leaseMs?: number;
  /** Who takes the leases; must differ between processes. */
  readonly worker?: string;
  /** Is told which judges are paused, all of them, whenever that changes. */
  readonly onPauses?: (pauses: readonly JudgePause[]) => void;
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
  const { store, judges, idleMs, logger, telemetry, leaseMs = 30_000, reading = {}, onPauses } = options;
  const { concurrency = 16, building = Math.min(4, concurrency) } = options;
  const worker = options.worker ?? `judge-${process.pid}`;
  const stopping = new AbortController();
  const inWork = new Set<Promise<void>>();
  const inBuilding = new Set<Claim>();
  const alarm = createAlarm();
  const context = {
    store,
    judges,
    pauses: createJudgePauses(logger, telemetry, onPauses && { onChange: onPauses }),
    retries: createJudgeRetries(),
    reading,
    kept: createKeptSessions({ store, reading }),
    leaseMs,
    logger,
    telemetry,
    ...(options.takeIn === undefined ? {} : { takeIn: options.takeIn }),
    ...(options.evaluators === undefined ? {} : { evaluators: options.evaluators }),
  };
  const longest = options.maxDurationMs === undefined ? {} : { maxDurationMs: options.maxDurationMs };
  telemetry.gauge("turnwise_sessions_in_work", () => inWork.size);
  const countWaiting = showWaiting(options);
  const countSpend = showSpend(options);
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
    const onBuilt = (): void => {
      if (inBuilding.delete(claim)) alarm.ring();
    };
    inBuilding.add(claim);
    const work = processClaim(claim, stopping.signal, { ...context, onBuilt }).finally(() => {
      inWork.delete(work);
      onBuilt();
      alarm.ring();
    });
    inWork.add(work);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const free = Math.min(concurrency - inWork.size, building - inBuilding.size);
      const claims = free > 0 ? await claim(free) : [];
      for (const taken of claims) take(taken);
      await countWaiting();
      await countSpend();
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
