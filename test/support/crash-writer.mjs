// Writes requests without end, eight at a time, and prints the number of each when it is acknowledged.
// `node crash-writer.mjs <data folder> <first number>`; made to be killed.
import { writeSync } from "node:fs";
import { sqliteStore } from "../../dist/stores/sqlite.js";
import { crashSpans } from "./crash-spans.mjs";

const [dataDir, first] = process.argv.slice(2);
const logger = { debug() {}, info() {}, warn() {}, error() {} };
const telemetry = { count() {}, gauge() {} };
const context = { id: "default", logger, telemetry, conversationKeys: [] };
const store = sqliteStore.create(sqliteStore.configSchema.parse({ data_dir: dataDir }), context);
await store.start();

let next = Number(first);
async function writeForever() {
  for (;;) {
    const request = next;
    next += 1;
    await store.writeSpans(crashSpans(request), { project: "default" });
    writeSync(1, `${request}.\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, writeForever));
