/** Hosts the judge pipeline: building sessions is work for a processor, and must not hold up what the server's main thread does. */
import { parentPort, workerData } from "node:worker_threads";
import type { ComponentConfig } from "./config/config.ts";
import { evaluators as evaluatorFactories } from "./evaluators/evaluators.ts";
import { judges as judgeFactories } from "./judges/judges.ts";
import { createEvaluators, type EvaluatorConfigs } from "./service/create-evaluators.ts";
import { createJudges } from "./service/create-judges.ts";
import { startJudgePipeline } from "./service/judge-pipeline.ts";
import type { PausesTold, Stop, ThreadReport } from "./service/thread-messages.ts";
import { createThreadReports } from "./service/thread-reports.ts";
import type { ReadOptions } from "./session/facts-reader.ts";
import { openConnectedStore, type SqliteConnection } from "./stores/sqlite/connected-store.ts";
import { createTakeIn, type TakingOptions } from "./take-in.ts";

export interface JudgeThreadData {
  /** In order of rank. */
  readonly judges: readonly ComponentConfig[];
  readonly evaluating: EvaluatorConfigs;
  readonly idleMs: number;
  readonly maxDurationMs: number;
  readonly reading: ReadOptions;
  /** How texts and recordings become messages. */
  readonly taking: TakingOptions;
  readonly connection: SqliteConnection;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what server.ts sends
const data = workerData as JudgeThreadData;
const { judges: configs, evaluating, idleMs, maxDurationMs, connection, reading, taking } = data;
const send = (message: ThreadReport | PausesTold): void => parentPort?.postMessage(message);

const reports = createThreadReports(send);
const store = openConnectedStore(connection);
await store.resumeJudging();
const { spend: ledger, answers } = store;
const judges = createJudges(configs, judgeFactories, { ...reports, ledger, answers });
const evaluators = createEvaluators(evaluating, evaluatorFactories, { ...reports, ledger, answers });
for (const part of [...judges, ...evaluators]) await part.start?.();
const takingIn = createTakeIn({ ...taking, ...reports, store });
const { takeIn } = takingIn;
const pipeline = startJudgePipeline({
  store,
  judges,
  evaluators,
  idleMs,
  maxDurationMs,
  reading,
  takeIn,
  onPauses: (pauses) => send({ type: "pauses", pauses }),
  ...reports,
});

parentPort?.once("message", (message: Stop) => void (message.type === "stop" && stop()));
send({ type: "ready" });

async function stop(): Promise<void> {
  await pipeline.stop();
  takingIn.close();
  for (const part of [...judges, ...evaluators]) await part.shutdown?.();
  await store.shutdown?.();
  reports.stop();
  parentPort?.close();
}
