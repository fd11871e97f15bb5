// What other clients notice while one sends bodies of 63 MiB, one after the other, next to what they notice without it.
//   node bench/large-body.mjs      about a minute
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { callerOf, startLoad, startServer, temporaryFolder } from "./ingest.mjs";
import { createSpanLoad } from "./span-load.mjs";

const KINDS = {
  protobuf: { batch: 36_000 },
  gzip: { batch: 36_000, gzip: true },
  JSON: { batch: 29_000, json: true },
};
/** Large bodies sent while it is measured. */
const REQUESTS = 4;
/** Of the small ones. */
const SPANS = 4;
const PAUSE_MS = 5;
const ALONE_SECONDS = 5;
const GOAL = "< 250";

/** Rows of `{ name, value, goal }`. */
export async function run() {
  const rows = [];
  for (const [kind, options] of Object.entries(KINDS)) rows.push(...(await measure(kind, options)));
  return rows;
}

async function measure(kind, options) {
  const folder = temporaryFolder();
  const server = await startServer("serve", folder);
  const url = `${server.otlp_url}/v1/traces`;
  const callers = { "small requests": senderTo(url), "the health endpoint": callerOf(server.health_url) };
  const load = await startLoad({ url, connections: 1, bodies: 1, requests: REQUESTS, warmUpSeconds: 0, ...options });
  const alone = await p99sWhile(callers, setTimeout(ALONE_SECONDS * 1000));
  const sending = load.run();
  const beside = await p99sWhile(callers, sending);
  const { refused, p50 } = await sending;
  await server.stop();
  rmSync(folder, { recursive: true });
  return [
    ...Object.keys(callers).map((name) => ({
      name: `p99 of ${name} beside 63 MiB of ${kind} (without), ms`,
      value: `${shown(beside[name])} (${shown(alone[name])})`,
      goal: GOAL,
    })),
    { name: `a body of 63 MiB, ${kind}, ms (refused)`, value: `${shown(p50)} (${refused})`, goal: "none refused" },
  ];
}

const shown = (milliseconds) => milliseconds.toFixed(milliseconds < 10 ? 1 : 0);

/** Calls each again and again until `done` resolves. */
async function p99sWhile(callers, done) {
  const state = { isDone: false };
  void done.then(() => (state.isDone = true));
  const measured = Object.entries(callers).map(async ([name, call]) => {
    const durations = [];
    while (!state.isDone) {
      const started = performance.now();
      await call();
      durations.push(performance.now() - started);
      await setTimeout(PAUSE_MS);
    }
    return [name, durations.toSorted((left, right) => left - right)[Math.floor(durations.length * 0.99)]];
  });
  return Object.fromEntries(await Promise.all(measured));
}

/** As callerOf, with a small export request. A refusal would be fast, so it ends the benchmark. */
function senderTo(url) {
  const { host, hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay(true).unref();
  const load = createSpanLoad({ spans: SPANS });
  return async () => {
    const { bytes } = load.next();
    const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-protobuf\r\n`;
    socket.write(Buffer.concat([Buffer.from(`${head}Content-Length: ${bytes.length}\r\n\r\n`), bytes]));
    const [answer] = await once(socket, "data");
    if (!answer.toString("latin1").startsWith("HTTP/1.1 200")) throw new Error(answer.toString("latin1"));
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.table(await run());
