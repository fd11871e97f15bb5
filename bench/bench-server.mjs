// Servers to compare with, each in a process of its own: `node bench-server.mjs KIND FOLDER`. Prints its URL.
//   decode      our receiver, everything up to the store, and no store
//   commit-each our receiver and tables, one commit a request, on the main thread
//   naive       what one would write in an afternoon (naive-server.mjs)
import { otlpReceiver } from "../dist/receivers/otlp/otlp-receiver.js";
import { readSpanHeader } from "../dist/otlp/span-header.js";
import { conversationKeys } from "../dist/dialects/conversation-keys.js";
import { openInProcess } from "./in-process.mjs";
import { startNaiveServer } from "./naive-server.mjs";

const [kind, folder] = process.argv.slice(2);

const kinds = {
  decode: () => startReceiver(readHeaders),
  "commit-each": () => {
    const store = openInProcess(folder);
    return startReceiver((encoded) => store.write([encoded]));
  },
  naive: () => startNaiveServer(folder),
};
process.stdout.write(`${JSON.stringify({ otlp_url: await kinds[kind]() })}\n`);

function readHeaders({ bytes, records }) {
  for (let row = 0; row < records.length; row += 3)
    readSpanHeader(bytes, records[row], records[row + 1], conversationKeys);
}

async function startReceiver(write) {
  const entry = { admit() {}, deliver: async ({ encoded }) => write(encoded) };
  const logger = { debug() {}, info() {}, warn: console.error, error: console.error };
  const telemetry = { count() {}, gauge() {} };
  const config = otlpReceiver.configSchema.parse({ protocols: { http: { endpoint: "127.0.0.1:0" } } });
  const receiver = otlpReceiver.create(config, { id: "otlp", logger, telemetry, pipelines: { traces: entry } });
  await receiver.start();
  return receiver.urls()[0];
}
