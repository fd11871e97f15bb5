// A server under a steady mixed load for a long time: does it stay as fast and as small as it was?
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { startServerProcess } from "../test/support/server-process.mjs";
import { createSpanLoad } from "./span-load.mjs";

const HELP = `usage: npm run soak -- [--minutes 60] [--rate 500] [--growth 1.1]
A server in a process of its own is sent so many spans a second, by turns as protobuf, as JSON and as gzip, while its sessions
are judged and queried. Prints a line a minute (a sixtieth of shorter runs): spans/s, p99 of the answers in ms, resident
memory, size of the log and of the database in MB. Ends with 1 when something was refused, or when memory in the last
fifth is more than --growth times that in the second fifth.`;

const BATCH = 64;
/** A session is judged soon after its last span, so that judging is part of the load. */
const IDLE_TIMEOUT = "2s";
const MEGABYTE = 1e6;

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    rate: { type: "string" },
    growth: { type: "string" },
    help: { type: "boolean" },
  },
});
if (values.help) console.log(HELP);
else
  process.exitCode = await run(Number(values.minutes ?? 60), Number(values.rate ?? 500), Number(values.growth ?? 1.1));

async function run(minutes, rate, growth) {
  const dataDir = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "turnwise-soak-"));
  const server = await startServerProcess({ dataDir, env: { TURNWISE_IDLE_TIMEOUT: IDLE_TIMEOUT } });
  const stopping = new AbortController();
  const sent = { spans: 0, latencies: [], refused: 0 };
  const load = Promise.all([sendSteadily(server, rate, sent, stopping.signal), query(server, sent, stopping.signal)]);
  const memory = await watch(server, minutes * 60, sent);
  stopping.abort();
  await load;
  const ended = await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
  return judge(memory, sent, growth, ended);
}

/** Prints the lines; resolves with the resident memory at each. */
async function watch(server, seconds, sent) {
  const interval = Math.max(1, Math.min(60, seconds / 60));
  const memory = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const { spans } = sent;
    const started = performance.now();
    await sleep(interval * 1000);
    memory.push(server.residentBytes() / MEGABYTE);
    const rate = (sent.spans - spans) / ((performance.now() - started) / 1000);
    const latencies = sent.latencies.splice(0).toSorted((a, b) => a - b);
    const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? 0;
    const [log, database] = ["turnwise.db-wal", "turnwise.db"].map((name) => sizeOf(join(server.dataDir, name)));
    console.log(
      `${rate.toFixed(0)} spans/s, p99 ${p99.toFixed(1)} ms, ${memory.at(-1).toFixed(0)} MB resident, log ${log.toFixed(1)} MB, database ${database.toFixed(1)} MB`,
    );
  }
  return memory;
}

function sizeOf(file) {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) / MEGABYTE;
}

/** One request after the other at the moments that the rate gives; those that are late are sent at once. */
async function sendSteadily({ otlpUrl }, rate, sent, signal) {
  const protobuf = createSpanLoad({ spans: BATCH });
  const json = createSpanLoad({ spans: BATCH, json: true });
  const kinds = [
    () => ({ body: protobuf.next().bytes, type: "application/x-protobuf" }),
    () => ({ body: json.next().bytes, type: "application/json" }),
    () => ({ body: gzipSync(protobuf.next().bytes), type: "application/x-protobuf", coding: "gzip" }),
  ];
  const started = performance.now();
  for (let request = 0; !signal.aborted; request += 1) {
    const due = started + ((request * BATCH) / rate) * 1000;
    if (due > performance.now()) await sleep(due - performance.now());
    const { body, type, coding = "identity" } = kinds[request % kinds.length]();
    const begun = performance.now();
    const answer = await fetch(`${otlpUrl}/v1/traces`, {
      method: "POST",
      headers: { "content-type": type, "content-encoding": coding },
      body,
    });
    await answer.arrayBuffer();
    sent.latencies.push(performance.now() - begun);
    if (answer.status === 200) sent.spans += BATCH;
    else sent.refused += 1;
  }
}

/** Somebody who looks: the newest sessions, and one of them. */
async function query({ apiUrl }, sent, signal) {
  while (!signal.aborted) {
    const answer = await fetch(`${apiUrl}/api/v1/sessions`);
    const { sessions = [] } = await answer.json();
    if (answer.status !== 200) sent.refused += 1;
    for (const { id } of sessions.slice(0, 2)) await (await fetch(`${apiUrl}/api/v1/sessions/${id}`)).arrayBuffer();
    await sleep(500);
  }
}

function judge(memory, { spans, refused }, growth, ended) {
  const fifth = Math.max(1, Math.floor(memory.length / 5));
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const ratio = mean(memory.slice(-fifth)) / mean(memory.slice(fifth, 2 * fifth));
  const isFlat = ratio <= growth;
  console.log(
    `${spans} spans, ${refused} refused; memory in the last fifth / in the second: ${ratio.toFixed(3)}, ${isFlat ? "flat" : "NOT FLAT"}`,
  );
  return isFlat && refused === 0 && spans > 0 && ended === 0 ? 0 : 1;
}
