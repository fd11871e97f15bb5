// The message doors with the rules judge: how soon a submitted conversation is judged, how many a second, and what a
// thousand readers of event streams take. Each next to a limit that is measured in the same run.
//   node bench/api.mjs             about half a minute
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { rulesJudge } from "../dist/judges/rules.js";
import { buildFromMessages } from "../dist/session/build-from-messages.js";
import { startServerProcess } from "../test/support/server-process.mjs";

const TURNS = 5;
const ONE_BY_ONE = 150;
const TOGETHER = 1000;
const SENDERS = 16;
const READERS = 1000;

/** Rows of `{ name, value, goal }`. */
export async function run() {
  const rows = await withServer(async ({ apiUrl }) => {
    const call = callerOf(apiUrl);
    for (let warm = 1; warm <= 50; warm += 1) await judgeOne(call, -warm);
    return [...(await measureLatency(call)), ...(await measureThroughput(call))];
  });
  return [...rows, ...(await measureReaders())];
}

async function withServer(measure) {
  const dataDir = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "turnwise-bench-"));
  const server = await startServerProcess({ dataDir, env: { TURNWISE_IDLE_TIMEOUT: "1h" } });
  try {
    return await measure(server);
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true });
  }
}

async function measureLatency(call) {
  const [submits, wholes, inProcess] = [[], [], []];
  for (let number = 0; number < ONE_BY_ONE; number += 1) {
    const { submitted, judged } = await judgeOne(call, number);
    submits.push(submitted);
    wholes.push(judged);
    inProcess.push(await timed(async () => judgeInProcess(number)));
  }
  const limit = at(submits, 0.5) + at(inProcess, 0.5);
  return [
    {
      name: `submit to judged, ${TURNS} turns, ms`,
      value: `p50 ${at(wholes, 0.5).toFixed(1)} p99 ${at(wholes, 0.99).toFixed(1)}`,
    },
    { name: "its p50 / that of the submit's answer and of the judging in process", value: at(wholes, 0.5) / limit },
  ];
}

async function measureThroughput(call) {
  const started = performance.now();
  let number = ONE_BY_ONE;
  const senders = Array.from({ length: SENDERS }, async () => {
    while (number < ONE_BY_ONE + TOGETHER) await call("POST", "/traces", bodyOf((number += 1)));
  });
  await Promise.all(senders);
  for (const status of ["pending", "running"])
    while ((await call("GET", `/sessions?status=${status}&limit=1`)).sessions.length > 0) await sleep(20);
  const perSecond = TOGETHER / ((performance.now() - started) / 1000);
  const alone = await timed(async () => {
    for (let at = 0; at < TOGETHER; at += 1) await judgeInProcess(at);
  });
  return [
    { name: "conversations submitted and judged a second", value: perSecond },
    { name: "that / built and judged in process, nothing stored", value: perSecond / (TOGETHER / (alone / 1000)) },
  ];
}

/** What a thousand connections take that only stand there is the limit: a stream is a connection. Each on a fresh server. */
async function measureReaders() {
  const idle = await withServer(async (server) => growthBy(server, () => openAll(server.apiUrl, "/api/v1/health")));
  return withServer(async (server) => {
    const call = callerOf(server.apiUrl);
    const { session_id: id } = await call("POST", "/traces/streaming", { initial_messages: [] });
    let readers = [];
    const streams = await growthBy(server, async () => {
      readers = await openAll(server.apiUrl, `/api/v1/traces/${id}/stream`);
    });
    const told = readers.map((socket) => untilTold(socket));
    const started = performance.now();
    await call("POST", `/traces/${id}/messages`, { messages: messagesOf(1) });
    await call("POST", `/traces/${id}/close`);
    await Promise.all(told);
    const tellMs = performance.now() - started;
    return [
      { name: `memory of ${READERS} event streams, MB`, value: streams.grown },
      { name: `that / of ${READERS} idle connections`, value: streams.grown / idle.grown },
      {
        name: "memory of the server, MB: before, with all open, when all were told",
        value: `${streams.before.toFixed(0)}, ${streams.after.toFixed(0)}, ${(await residentMb(server)).toFixed(0)}`,
      },
      { name: `append to all ${READERS} told and done, ms`, value: tellMs },
    ];
  });
}

async function growthBy(server, open) {
  const before = await residentMb(server);
  await open();
  const after = await residentMb(server);
  return { before, after, grown: after - before };
}

/** When things have calmed down. */
async function residentMb(server) {
  await sleep(2000);
  return server.residentBytes() / 1024 / 1024;
}

async function openAll(apiUrl, path) {
  const { host, hostname, port } = new URL(apiUrl);
  return Promise.all(
    Array.from({ length: READERS }, async () => {
      const socket = connect(Number(port), hostname);
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
      const [head] = await once(socket, "data");
      if (!head.toString().startsWith("HTTP/1.1 200")) throw new Error(head.toString());
      return socket;
    }),
  );
}

async function untilTold(socket) {
  let text = "";
  for await (const chunk of socket) {
    text = `${text.slice(-20)}${chunk}`;
    if (text.includes("event: done")) return;
  }
  throw new Error("a stream ended before it was done");
}

async function judgeOne(call, number) {
  const started = performance.now();
  const { session_id: id } = await call("POST", "/traces", bodyOf(number));
  const submitted = performance.now() - started;
  const { status } = await call("GET", `/traces/${id}?wait=30`);
  if (status !== "completed") throw new Error(`the session is ${status}`);
  return { submitted, judged: performance.now() - started };
}

const judge = rulesJudge.create(rulesJudge.configSchema.parse({}), { id: "rules" });

async function judgeInProcess(number) {
  const session = buildFromMessages({ messages: messagesOf(number), source: "messages" });
  const judging = { evaluateSafety: false };
  const earlier = [];
  for (const turn of session.turns) earlier.push(await judge.judgeTurn({ session, judging, turn, earlier }));
  await judge.judgeTrajectory({ session, judging, turns: earlier });
}

const bodyOf = (number) => ({ messages: messagesOf(number), metadata: { number } });

function messagesOf(number) {
  return Array.from({ length: TURNS }, (_, turn) => {
    const id = `A-${number}-${turn}`;
    const call = { id, type: "function", function: { name: "get_order", arguments: JSON.stringify({ order_id: id }) } };
    return [
      { role: "user", content: `Where is my order ${id}? I have waited for it since Monday.` },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: id, content: JSON.stringify({ order_id: id, status: "shipped", days: turn }) },
      { role: "assistant", content: `Order ${id} has been shipped and will be with you in ${turn} days.` },
    ];
  }).flat();
}

function callerOf(apiUrl) {
  const agent = new Agent({ keepAlive: true });
  return async (method, path, body) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const asked = request(`${apiUrl}/api/v1${path}`, { method, agent, headers });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = await once(asked, "response");
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += chunk;
    if (response.statusCode >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
    return JSON.parse(text);
  };
}

async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const at = (durations, part) => durations.toSorted((a, b) => a - b)[Math.floor(durations.length * part)];

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.table(await run());
