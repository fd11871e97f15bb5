/** Hosts the run pipeline: comparing long texts is work for a processor, and must not hold up what the server's main thread does. */
import { parentPort, workerData } from "node:worker_threads";
import { itemMetrics } from "./evaluation/item-metrics/item-metrics.ts";
import { createRunModels, type ModelJudge } from "./run-models.ts";
import { createJudgePauses } from "./service/judge-pauses.ts";
import { startRunPipeline } from "./service/run-pipeline.ts";
import type { RunEnded, RunWaitingTold, ThreadReport, ToRunThread } from "./service/thread-messages.ts";
import { createThreadReports } from "./service/thread-reports.ts";
import { openConnectedStore, type SqliteConnection } from "./stores/sqlite/connected-store.ts";

export interface RunThreadData {
  /** Whose model metrics ask. */
  readonly judge?: ModelJudge;
  readonly concurrency: number;
  readonly connection: SqliteConnection;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what evaluation-runner.ts sends
const { judge, concurrency, connection } = workerData as RunThreadData;
const send = (message: ThreadReport | RunEnded | RunWaitingTold): void => parentPort?.postMessage(message);

const reports = createThreadReports(send);
const { logger, telemetry } = reports;
const store = openConnectedStore(connection);
await store.evaluations.resumeRuns();
const models = createRunModels({
  ...(judge === undefined ? {} : { judge }),
  ledger: store.spend,
  answers: store.evaluations.answers,
  pauses: createJudgePauses(logger, telemetry, { gauge: "turnwise_run_models_paused" }),
  telemetry,
  onWaiting: (run, waiting) => send({ type: "waiting", run, ...(waiting === undefined ? {} : { waiting }) }),
});
const pipeline = startRunPipeline({
  store: store.evaluations,
  metrics: itemMetrics,
  modelOf: (claim, signal) => models.modelOf(claim, signal),
  concurrency,
  logger,
  telemetry,
  onEnded({ project, id }) {
    models.setKey({ project, id });
    send({ type: "ended", run: { project, id } });
  },
});

parentPort?.on("message", (message: ToRunThread) => {
  if (message.type === "wake") pipeline.wake();
  else if (message.type === "key") models.setKey(message.run, message.apiKey);
  else void stop();
});
send({ type: "ready" });

async function stop(): Promise<void> {
  await pipeline.stop();
  models.close();
  await store.shutdown?.();
  reports.stop();
  parentPort?.close();
}
