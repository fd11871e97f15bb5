// Leaves evaluations half done: `node killed-evaluations.mjs <data folder>`, to be killed when it has printed something.
import { sqliteStore } from "../../dist/stores/sqlite.js";

const [dataDir] = process.argv.slice(2);
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const telemetry = { count() {}, gauge() {} };
const project = "default";
const context = { id: "default", logger, telemetry, conversationKeys: [] };
const store = sqliteStore.create(sqliteStore.configSchema.parse({ data_dir: dataDir }), context);
await store.start();

const { evaluations } = store;
const item = (key) => ({ key, input: "in", output: "out", context: [], metadata: {} });
const items = (count) => Array.from({ length: count }, (_, number) => item(`k${number}`));

/** Begun; `finish`: and ended. */
async function dataset(count, finish, name) {
  const ref = await evaluations.beginDataset({ project, source: "upload", ...(name === undefined ? {} : { name }) });
  await evaluations.addItems(ref, items(count));
  if (finish) await evaluations.finishDataset(ref);
  return ref;
}

const whole = await dataset(5, true, "whole");
const inline = await dataset(4, true);
const withoutRun = await dataset(3, true);
const unfinished = await dataset(1200, false, "unfinished");

const { id: evaluationProjectId } = await evaluations.ensureProject(project, "p");
const run = async (datasetId) =>
  evaluations.createRun({
    project,
    evaluationProjectId,
    datasetId,
    name: "r",
    metrics: [{ key: "a", weight: 1 }],
    threshold: 0.7,
    metadata: {},
  });
const claimed = await run(whole.id);
const queued = await run(inline.id);
const claim = await evaluations.claimRun({ worker: "w", leaseMs: 3_600_000 });
const scored = [{ number: 2, overall: 0.5, scores: [{ name: "a", value: 0.5 }] }];
await evaluations.saveScores(claim, scored, { inputTokens: 0, outputTokens: 0 });

const ids = { whole, inline, withoutRun, unfinished, claimed, queued };
process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(ids).map(([name, { id }]) => [name, id]))));
setInterval(() => {}, 1000);
