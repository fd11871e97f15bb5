/** Hosts the judge pipeline: building sessions is work for a processor, and must not hold up what the server's main thread does. */
import { parentPort, workerData } from "node:worker_threads";
import { components } from "./components.ts";
import type { ComponentConfig } from "./config/config.ts";
import type { PriceTables } from "./cost/price-table.ts";
import { createJudges } from "./service/create-judges.ts";
import { startJudgePipeline } from "./service/judge-pipeline.ts";
import type { FromJudgeThread, ToJudgeThread } from "./service/judge-thread-messages.ts";
import { createThreadReports } from "./service/thread-reports.ts";
import { openConnectedStore, type SqliteConnection } from "./stores/sqlite/connected-store.ts";

export interface JudgeThreadData {
  /** In order of rank. */
  readonly judges: readonly ComponentConfig[];
  readonly idleMs: number;
  readonly maxDurationMs: number;
  readonly prices: PriceTables;
  readonly conversationKeys: readonly string[];
  readonly connection: SqliteConnection;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what server.ts sends
const { judges: configs, idleMs, maxDurationMs, connection, ...reading } = workerData as JudgeThreadData;
const send = (message: FromJudgeThread): void => parentPort?.postMessage(message);

const reports = createThreadReports(send);
const store = openConnectedStore(connection);
const judges = createJudges(configs, components.judges, reports);
for (const judge of judges) await judge.start?.();
const pipeline = startJudgePipeline({ store, judges, idleMs, maxDurationMs, reading, ...reports });

parentPort?.once("message", (message: ToJudgeThread) => void (message.type === "stop" && stop()));
send({ type: "ready" });

async function stop(): Promise<void> {
  await pipeline.stop();
  for (const judge of judges) await judge.shutdown?.();
  await store.shutdown?.();
  reports.stop();
  parentPort?.close();
}
