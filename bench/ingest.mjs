// Ingest end to end: real HTTP, 200 only after the commit, against the same rows inserted without HTTP, against a naive
// server, against itself on a slow disk. Every figure is a ratio of two runs next to each other.
//   node bench/ingest.mjs          about two minutes
//   node bench/ingest.mjs growth [spans]   5 million spans into one database, a few minutes and 12 GB
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openInProcess } from "./in-process.mjs";
import { createSpanLoad } from "./span-load.mjs";

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const ROUNDS = 3;
const SECONDS = 6;
/** Before each measurement, until the code that is measured is compiled. */
const WARM_UP_SECONDS = 2;
const CONNECTIONS = 16;
/** Each request has a body of its own, compressed before. Without a store they are through in two seconds. */
const GZIP = { gzip: true, requests: 3200, warmUpSeconds: 0.5 };
const STORED_REQUESTS = 1600;
const GROWTH_SPANS = 5_000_000;
const SLOW_FSYNC_MS = 8;

/** Rows of `{ name, value, goal }`. */
export async function run() {
  return [...(await runThroughput()), ...(await runOtherEndpoint()), ...(await runSlowDisk()), ...(await runDelta())];
}

/** Interleaved rounds of all that is compared; medians of the rounds' ratios. */
async function runThroughput() {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({
      inProcess: await measureInProcess({}),
      e2e: await measure("serve", {}),
      naive: await measure("naive", {}),
      json: await measure("serve", { json: true }),
      gzip: await measure("serve", GZIP),
      gzipDecode: await measure("decode", GZIP),
      small: await measure("serve", { batch: 4 }),
      grpc: await measure("serve", { grpc: true }),
    });
  const rate = (name) => rounds.map((round) => round[name].spansPerSecond);
  const ratio = (name, to) => median(rounds.map((round) => round[name].spansPerSecond / round[to].spansPerSecond));
  return [
    { name: "in-process insert, spans/s", value: spread(rate("inProcess")) },
    { name: "end to end, spans/s", value: spread(rate("e2e")) },
    { name: "end to end / in-process insert", value: ratio("e2e", "inProcess"), goal: ">= 0.80" },
    { name: "end to end / naive server", value: ratio("e2e", "naive"), goal: ">= 3" },
    { name: "p99 / p50, 16 connections", value: median(rounds.map(({ e2e }) => e2e.p99 / e2e.p50)), goal: "<= 3" },
    { name: "gzip, spans/s", value: spread(rate("gzip")) },
    { name: "gzip / gzip without a store", value: ratio("gzip", "gzipDecode"), goal: ">= 0.50" },
    { name: "JSON, spans/s", value: spread(rate("json")) },
    { name: "4 spans a request, spans/s", value: spread(rate("small")) },
    { name: "gRPC (grpc-js calls, 4 connections), spans/s", value: spread(rate("grpc")) },
    {
      name: "refused requests",
      value: rounds
        .flatMap(({ e2e, json, gzip, grpc }) => [e2e, json, gzip, grpc])
        .reduce((sum, { refused }) => sum + refused, 0),
      goal: "0",
    },
  ];
}

/** What a caller of another endpoint of the same process notices, next to what the machine alone makes it wait. */
async function runOtherEndpoint() {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const folder = temporaryFolder();
    const server = await startServer("serve", folder);
    const load = await startLoad({ url: `${server.otlp_url}/v1/traces`, seconds: SECONDS * 2 });
    const done = load.run();
    await setTimeout(WARM_UP_SECONDS * 1000);
    rounds.push({ answer: await p99Of(callerOf(server.health_url)), timer: await p99Of(() => setTimeout(1)) });
    await done;
    await server.stop();
    rmSync(folder, { recursive: true });
  }
  return [
    { name: "another endpoint's p99 meanwhile, ms", value: median(rounds.map(({ answer }) => answer)), goal: "<= 5" },
    { name: "the p99 of a 1 ms timer in the calling process, ms", value: median(rounds.map(({ timer }) => timer)) },
  ];
}

async function p99Of(wait) {
  const durations = [];
  for (const end = performance.now() + (SECONDS - 1) * 1000; performance.now() < end;) {
    const started = performance.now();
    await wait();
    durations.push(performance.now() - started);
    await setTimeout(2);
  }
  return durations.toSorted((left, right) => left - right)[Math.floor(durations.length * 0.99)];
}

/** One kept connection, without an HTTP library: what is measured is the server. */
export function callerOf(url) {
  const { host, hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay(true).unref();
  return async () => {
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await once(socket, "data");
  };
}

async function runSlowDisk() {
  const library = join(temporaryFolder(), "slow-fsync.so");
  const compiled = spawnSync("cc", ["-shared", "-fPIC", "-o", library, file("slow-fsync.c"), "-ldl"]);
  if (compiled.status !== 0) return [{ name: "slow disk", value: "not measured: no C compiler" }];
  const env = { LD_PRELOAD: library, SLOW_FSYNC_MS: String(SLOW_FSYNC_MS) };
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({
      group: await measure("serve", { env, connections: 64 }),
      each: await measure("commit-each", { env, connections: 64 }),
    });
  const ratio = median(rounds.map(({ group, each }) => group.spansPerSecond / each.spansPerSecond));
  return [{ name: `fsync + ${SLOW_FSYNC_MS} ms: group commit / commit each request`, value: ratio, goal: ">= 8" }];
}

/** How much of the bytes that a repeating history brings is stored. */
async function runDelta() {
  return [
    { name: "stored bytes / raw, 20-call histories", value: await storedRatio(20), goal: "<= 0.35" },
    { name: "stored bytes / raw, no repeats", value: await storedRatio(undefined), goal: "<= 1.3" },
  ];
}

async function storedRatio(historyCalls) {
  const folder = temporaryFolder();
  const store = openInProcess(folder);
  const load = createSpanLoad({ historyCalls });
  for (let request = 0; request < STORED_REQUESTS; request += 1) store.write([load.next().encoded]);
  await store.close();
  const ratio = statSync(join(folder, "turnwise.db")).size / (STORED_REQUESTS * load.spanBytes);
  rmSync(folder, { recursive: true });
  return ratio;
}

/** One database through 5 million spans: does the rate hold, does memory stay? */
export async function runGrowth(spans = GROWTH_SPANS) {
  const folder = temporaryFolder();
  const server = await startServer("serve", folder);
  const load = await startLoad({ url: `${server.otlp_url}/v1/traces`, requests: Math.ceil(spans / 64) });
  const memory = [];
  const timer = setInterval(() => memory.push(residentBytes(server.pid)), 1000);
  const { windows, p50, p99 } = await load.run();
  clearInterval(timer);
  await server.stop();
  rmSync(folder, { recursive: true });
  const full = windows.slice(0, -1);
  const part = Math.max(1, Math.floor(full.length / 10));
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  return [
    {
      name: `rate over the last tenth of ${spans / 1e6} M spans / the first`,
      value: mean(full.slice(-part)) / mean(full.slice(0, part)),
      goal: ">= 0.75",
    },
    { name: "p50 and p99, ms", value: `${p50.toFixed(1)} ${p99.toFixed(1)}` },
    { name: "largest resident memory, MB", value: Math.max(...memory) / 1e6, goal: "< 512" },
    {
      name: "resident memory, last fifth / second fifth",
      value: mean(memory.slice(-memory.length / 5)) / mean(memory.slice(memory.length / 5, (memory.length / 5) * 2)),
      goal: "flat",
    },
  ];
}

function residentBytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

/** The same bodies, in groups as large as 16 connections make them. */
async function measureInProcess({ seconds = SECONDS }) {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, [file("ingest.mjs"), "in-process", folder, String(seconds)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await linesOf(child);
  rmSync(folder, { recursive: true });
  return JSON.parse(line);
}

async function insertInProcess(folder, seconds) {
  const store = openInProcess(folder);
  const load = createSpanLoad();
  const groups = Array.from({ length: CONNECTIONS });
  const write = () => store.write(groups.map(() => load.next().encoded));
  for (const end = performance.now() + WARM_UP_SECONDS * 1000; performance.now() < end;) write();
  let spans = 0;
  const started = performance.now();
  while (performance.now() < started + seconds * 1000) {
    write();
    spans += CONNECTIONS * load.spans;
  }
  const elapsed = (performance.now() - started) / 1000;
  await store.close();
  console.log(JSON.stringify({ spansPerSecond: spans / elapsed }));
}

async function measure(kind, { env, grpc = false, ...options }) {
  const folder = temporaryFolder();
  const server = await startServer(kind, folder, env);
  const load = await startLoad({ url: grpc ? server.otlp_grpc_url : `${server.otlp_url}/v1/traces`, ...options });
  const result = await load.run();
  await server.stop();
  rmSync(folder, { recursive: true });
  return result;
}

/** Judging is not measured here: sessions stay open for an hour. */
export async function startServer(kind, folder, extra = {}) {
  const ports = {
    TURNWISE_PORT: "0",
    TURNWISE_OTLP_HTTP_PORT: "0",
    TURNWISE_OTLP_GRPC_PORT: "0",
    TURNWISE_HEALTH_PORT: "0",
    TURNWISE_METRICS_PORT: "0",
  };
  const env = {
    ...process.env,
    ...ports,
    TURNWISE_HOST: "127.0.0.1",
    TURNWISE_DATA_DIR: folder,
    TURNWISE_IDLE_TIMEOUT: "1h",
    ...extra,
  };
  const args =
    kind === "serve" ? [file("../dist/cli/cli.js"), "serve", "--json"] : [file("bench-server.mjs"), kind, folder];
  const child = spawn(process.execPath, args, {
    env,
    stdio: ["ignore", "pipe", kind === "serve" ? "ignore" : "inherit"],
  });
  const urls = JSON.parse(await firstLineOf(child));
  return {
    ...urls,
    pid: child.pid,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill(kind === "serve" ? "SIGTERM" : "SIGKILL");
      await ended;
    },
  };
}

export async function startLoad(options) {
  const settings = {
    connections: CONNECTIONS,
    batch: 64,
    warmUpSeconds: WARM_UP_SECONDS,
    ...(options.requests === undefined ? { seconds: SECONDS } : {}),
    ...options,
  };
  const child = spawn(process.execPath, [file("load-child.mjs"), JSON.stringify(settings)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await firstLineOf(child);
  return {
    async run() {
      child.stdin.write("go\n");
      const [line] = await linesOf(child);
      return JSON.parse(line);
    },
  };
}

function firstLineOf(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk) => {
      text += chunk;
      if (!text.includes("\n")) return;
      child.stdout.off("data", read);
      child.stdout.pause();
      resolve(text.slice(0, text.indexOf("\n")));
    };
    child.stdout.on("data", read);
    child.once("exit", (code) => reject(new Error(`ended with ${code} before it was ready`)));
  });
}

async function linesOf(child) {
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  return text.trim().split("\n");
}

export function temporaryFolder() {
  return mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "turnwise-bench-"));
}

function median(values) {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)];
}

function spread(values) {
  const thousands = (value) => `${Math.round(value / 1000)}k`;
  return `${thousands(median(values))} (${thousands(Math.min(...values))}-${thousands(Math.max(...values))})`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [mode, first, second] = process.argv.slice(2);
  if (mode === "in-process") await insertInProcess(first, Number(second));
  else console.table(mode === "growth" ? await runGrowth(Number(first ?? GROWTH_SPANS)) : await run());
}
