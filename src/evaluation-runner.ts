/** Has runs scored in a thread of their own, which is started for the first of them. */
import { Worker } from "node:worker_threads";
import type { Component, Logger, Telemetry } from "./component/component.ts";
import type { EvaluationRunner, RunWaiting } from "./component/evaluation-runner.ts";
import type { EvaluationRef, EvaluationStore } from "./component/evaluations.ts";
import type { Config } from "./config/config.ts";
import type { LlmJudgeConfig } from "./judges/llm/llm-config.ts";
import type { ModelJudge } from "./run-models.ts";
import type { RunThreadData } from "./run-thread.ts";
import { createSenderKeys } from "./sender-keys.ts";
import type { RunEnded, RunWaitingTold, ToRunThread } from "./service/thread-messages.ts";
import { superviseThread } from "./service/thread-supervisor.ts";
import type { SqliteConnection } from "./stores/sqlite/connected-store.ts";
import { threadHeapMib } from "./thread-heap.ts";

export interface EvaluationRunnerOptions {
  readonly config: Config;
  readonly store: EvaluationStore;
  /** A way into the store for the thread. */
  readonly connect: () => SqliteConnection;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** In MiB. A run takes a few MiB of items at a time; one item may have as much as a line of a dataset. */
const HEAP = 1024;

export function createEvaluationRunner(options: EvaluationRunnerOptions): {
  readonly component: Component;
  readonly runner: EvaluationRunner;
} {
  const { config, store, connect, logger, telemetry } = options;
  const { concurrency, limits } = config.service.evaluation;
  const judge = modelJudgeOf(config);
  const keys = createSenderKeys(store, (run) => thread.send({ type: "key", run }));
  const waits = createWaits();
  let starting: Promise<void> | undefined;

  const thread = superviseThread<RunEnded | RunWaitingTold, ToRunThread>({
    name: "the run thread",
    without: "nothing is evaluated",
    deaths: "turnwise_run_thread_deaths",
    startError: { code: "run_thread_failed", message: "runs cannot be scored", remedy: "See the server's log" },
    logger,
    telemetry,
    onReady() {
      for (const { run, apiKey } of keys.all()) thread.send({ type: "key", run, apiKey });
      thread.send({ type: "wake" });
    },
    onGone: () => waits.clear(),
    onMessage(message) {
      waits.note(message.run, message.type === "waiting" ? message.waiting : undefined);
      if (message.type === "ended") keys.drop(message.run);
    },
    spawn() {
      const connection = connect();
      const workerData: RunThreadData = { ...(judge === undefined ? {} : { judge }), concurrency, connection };
      return new Worker(new URL("./run-thread.js", import.meta.url), {
        workerData,
        resourceLimits: { maxOldGenerationSizeMb: threadHeapMib(HEAP) },
        transferList: [connection.writer],
      });
    },
  });

  /** A thread that cannot be started leaves runs waiting; the next one that comes tries again. */
  function ensureStarted(): void {
    starting ??= thread.start().catch((error: unknown) => {
      logger.error({ err: error }, "the thread that scores runs could not be started");
      starting = undefined;
    });
  }

  return {
    component: {
      async start() {
        if (await store.resumeRuns()) ensureStarted();
      },
      async shutdown(hurry) {
        keys.close();
        await thread.shutdown(hurry);
      },
    },
    runner: {
      limits,
      ...(judge === undefined || judge.config.api_key === "" ? {} : { model: judge.config.model }),
      wake(run, apiKey) {
        if (apiKey !== undefined) {
          keys.keep(run, apiKey);
          thread.send({ type: "key", run, apiKey });
        }
        ensureStarted();
        thread.send({ type: "wake" });
      },
      waitingOf: (run) => waits.of(run),
    },
  };
}

/** What the thread told last of the runs that it has in work. */
function createWaits() {
  const waits = new Map<string, RunWaiting>();
  const nameOf = ({ project, id }: EvaluationRef): string => JSON.stringify([project, id]);
  return {
    note(run: EvaluationRef, waiting: RunWaiting | undefined): void {
      if (waiting === undefined) waits.delete(nameOf(run));
      else waits.set(nameOf(run), waiting);
    },
    of: (run: EvaluationRef): RunWaiting | undefined => waits.get(nameOf(run)),
    clear: () => waits.clear(),
  };
}

function modelJudgeOf({ judges, service }: Config): ModelJudge | undefined {
  const { judge: id } = service.evaluation;
  const judge = id === undefined ? undefined : judges.get(id);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- config/check-judges.ts sees to it that its type is llm
  return judge && { id: judge.id, config: judge.config as LlmJudgeConfig };
}
