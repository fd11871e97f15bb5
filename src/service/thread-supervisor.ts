/** Keeps a thread running that works for the server: starts it, passes on what it reports, starts it anew when it dies, stops it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { Component, Logger, Telemetry } from "../component/component.ts";
import { StartError } from "../model/errors.ts";
import type { Stop, ThreadReport } from "./thread-messages.ts";

export interface ThreadOptions<Told> {
  /** What the log calls it, and what stands still without it: `the judge thread`, `nothing is judged`. */
  readonly name: string;
  readonly without: string;
  /** The counter of its deaths. */
  readonly deaths: string;
  /** What a start is ended with that fails. */
  readonly startError: { readonly code: string; readonly message: string; readonly remedy: string };
  /** Starts a thread. Called again for each new one. */
  readonly spawn: () => Worker;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Is told what the thread tells beside its reports. */
  readonly onMessage?: (message: Told) => void;
  /** A thread works, the first one or one in place of another. */
  readonly onReady?: () => void;
  /** A thread is gone, however that came. */
  readonly onGone?: () => void;
  /** Before the first new thread; doubles with every further one. */
  readonly restartDelayMs?: number;
  /** How long the thread may take to stop by itself. */
  readonly stopTimeoutMs?: number;
}

export interface SupervisedThread<Asked> extends Component {
  /** Rejects with a StartError when the first thread dies before it is ready. */
  start(): Promise<void>;
  shutdown(hurry?: AbortSignal): Promise<void>;
  /** To the thread there is now; to nobody when there is none. */
  send(message: Asked): void;
}

/** So often in a row a thread that dies is replaced; after that, its work is left until the server is started again. */
const maximumRestarts = 6;
/** A thread that ran this long was healthy: the next death counts as the first. */
const healthyAfterMs = 60_000;

/** Ingest and queries go on whatever happens here: a dead thread leaves its work waiting, and loses none. */
export function superviseThread<Told extends { readonly type: string }, Asked extends object = Stop>(
  options: ThreadOptions<Told>,
): SupervisedThread<Asked | Stop> {
  const { name, spawn, logger, telemetry, restartDelayMs = 1000, stopTimeoutMs = 10_000 } = options;
  const stopping = new AbortController();
  const gauges = keepGauges(telemetry);
  let thread: Worker | undefined;
  let supervision: Promise<void> | undefined;

  function receive(message: ThreadReport | Told, ready: () => void): void {
    if (!isReport(message)) return options.onMessage?.(message);
    switch (message.type) {
      case "ready":
        options.onReady?.();
        return ready();
      case "log":
        return logger[message.level](message.fields, message.message);
      case "count":
        return telemetry.count(message.name, message.labels, message.by);
      case "gauge":
        return gauges.set(message);
    }
  }

  /** One thread's life. `ready` is called when it works; resolves with what ended it, undefined for an orderly end. */
  function run(ready: () => void): Promise<unknown> {
    return new Promise((resolve) => {
      let failure: unknown;
      thread = spawn();
      thread.on("message", (message: ThreadReport | Told) => receive(message, ready));
      thread.once("error", (error) => (failure = error));
      thread.once("exit", (code) => {
        thread = undefined;
        gauges.clear();
        options.onGone?.();
        resolve(failure ?? (code === 0 ? undefined : new Error(`${name} exited with code ${code}`)));
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
        if (reason !== undefined) logger.warn({ err: reason }, `${name} did not stop in an orderly way`);
        return;
      }
      if (!everReady) throw reason instanceof Error ? reason : new Error(`${name} ended before it was ready`);
      deaths = performance.now() - startedAt > healthyAfterMs ? 1 : deaths + 1;
      telemetry.count(options.deaths, {}, 1);
      logger.error({ err: reason, deaths }, `${name} died`);
      if (deaths > maximumRestarts) {
        logger.error({ deaths }, `${name} is not started again: ${options.without} until the server is restarted`);
        return;
      }
      await sleep(restartDelayMs * 2 ** (deaths - 1), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
    }
  }

  return {
    async start() {
      await new Promise<void>((resolve, reject) => {
        supervision = supervise(resolve).catch((error: unknown) => reject(cannotStart(error, options)));
      });
    },
    send: (message) => thread?.postMessage(message),
    async shutdown(hurry) {
      stopping.abort();
      const stop: Stop = { type: "stop" };
      thread?.postMessage(stop);
      await withLimit(supervision, stopTimeoutMs, hurry, () => void thread?.terminate());
    },
  };
}

const reports = new Set<string>(["ready", "log", "count", "gauge"] satisfies ThreadReport["type"][]);

const isReport = (message: { readonly type: string }): message is ThreadReport => reports.has(message.type);

/** The thread's gauges, with the values that it told last. */
function keepGauges(telemetry: Telemetry) {
  const values = new Map<string, number>();
  return {
    set({ name, labels, value }: Extract<ThreadReport, { type: "gauge" }>): void {
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

function cannotStart(cause: unknown, { startError }: Pick<ThreadOptions<never>, "startError">): StartError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StartError(startError.code, `${startError.message}: ${reason}`, startError.remedy, { cause });
}
