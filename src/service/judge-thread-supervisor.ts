/** Keeps the judge thread running: starts it, passes on what it reports, starts it anew when it dies, stops it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { Component, Logger, Telemetry } from "../component/component.ts";
import type { JudgePause } from "../component/judge.ts";
import { StartError } from "../model/errors.ts";
import type { FromJudgeThread, ToJudgeThread } from "./judge-thread-messages.ts";

export interface JudgeThreadOptions {
  /** Starts a thread. Called again for each new one. */
  readonly spawn: () => Worker;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Is told which judges are paused, all of them, whenever that changes. */
  readonly onPauses?: (pauses: readonly JudgePause[]) => void;
  /** Before the first new thread; doubles with every further one. */
  readonly restartDelayMs?: number;
  /** How long the thread may take to stop by itself. */
  readonly stopTimeoutMs?: number;
}

/** So often in a row a thread that dies is replaced; after that, judging stays off until the server is started again. */
const maximumRestarts = 6;
/** A thread that ran this long was healthy: the next death counts as the first. */
const healthyAfterMs = 60_000;

/** Ingest and queries go on whatever happens here: a dead judge thread leaves sessions waiting, and loses none. */
export function superviseJudgeThread(options: JudgeThreadOptions): Component {
  const { spawn, logger, telemetry, onPauses, restartDelayMs = 1000, stopTimeoutMs = 10_000 } = options;
  const stopping = new AbortController();
  const gauges = keepGauges(telemetry);
  let thread: Worker | undefined;
  let supervision: Promise<void> | undefined;

  function receive(message: FromJudgeThread, ready: () => void): void {
    switch (message.type) {
      case "ready":
        ready();
        break;
      case "pauses":
        onPauses?.(message.pauses);
        break;
      case "log":
        logger[message.level](message.fields, message.message);
        break;
      case "count":
        telemetry.count(message.name, message.labels, message.by);
        break;
      case "gauge":
        gauges.set(message);
    }
  }

  /** One thread's life. `ready` is called when it works; resolves with what ended it, undefined for an orderly end. */
  function run(ready: () => void): Promise<unknown> {
    return new Promise((resolve) => {
      let failure: unknown;
      thread = spawn();
      thread.on("message", (message: FromJudgeThread) => receive(message, ready));
      thread.once("error", (error) => (failure = error));
      thread.once("exit", (code) => {
        thread = undefined;
        gauges.clear();
        onPauses?.([]);
        resolve(failure ?? (code === 0 ? undefined : new Error(`the judge thread exited with code ${code}`)));
      });
    });
  }

  /** Rejects when the first thread dies before it is ready: then the start has failed. */
  async function supervise(ready: () => void): Promise<void> {
    let everReady = false;
    for (let deaths = 0; ;) {
      const startedAt = performance.now();
      const reason = await run(() => {
        everReady = true;
        ready();
      });
      if (stopping.signal.aborted) {
        if (reason !== undefined) logger.warn({ err: reason }, "the judge thread did not stop in an orderly way");
        return;
      }
      if (!everReady) throw reason instanceof Error ? reason : new Error("the judge thread ended before it was ready");
      deaths = performance.now() - startedAt > healthyAfterMs ? 1 : deaths + 1;
      telemetry.count("turnwise_judge_thread_deaths", {}, 1);
      logger.error({ err: reason, deaths }, "the judge thread died");
      if (deaths > maximumRestarts) {
        logger.error(
          { deaths },
          "the judge thread is not started again: nothing is judged until the server is restarted",
        );
        return;
      }
      await sleep(restartDelayMs * 2 ** (deaths - 1), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
    }
  }

  return {
    async start() {
      await new Promise<void>((resolve, reject) => {
        supervision = supervise(resolve).catch((error: unknown) => reject(cannotStart(error)));
      });
    },
    async shutdown(hurry) {
      stopping.abort();
      const stop: ToJudgeThread = { type: "stop" };
      thread?.postMessage(stop);
      await withLimit(supervision, stopTimeoutMs, hurry, () => void thread?.terminate());
    },
  };
}

/** The thread's gauges, with the values that it told last. */
function keepGauges(telemetry: Telemetry) {
  const values = new Map<string, number>();
  return {
    set({ name, labels, value }: Extract<FromJudgeThread, { type: "gauge" }>): void {
      const key = JSON.stringify([name, labels]);
      if (!values.has(key)) telemetry.gauge(name, () => values.get(key) ?? 0, labels);
      values.set(key, value);
    },
    /** To 0: the thread is gone. */
    clear(): void {
      for (const key of values.keys()) values.set(key, 0);
    },
  };
}

/** Waits; calls `cut` when it takes too long, and when `hurry` aborts. */
async function withLimit(
  work: Promise<void> | undefined,
  limitMs: number,
  hurry: AbortSignal | undefined,
  cut: () => void,
): Promise<void> {
  const limit = setTimeout(cut, limitMs);
  hurry?.addEventListener("abort", cut);
  if (hurry?.aborted === true) cut();
  await work;
  hurry?.removeEventListener("abort", cut);
  clearTimeout(limit);
}

function cannotStart(cause: unknown): StartError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StartError(
    "judge_thread_failed",
    `the judges cannot be started: ${reason}`,
    "Correct the judges' settings",
    { cause },
  );
}
