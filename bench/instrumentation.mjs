// What recording costs: a call of the openai client with and without it, the memory of 100,000 calls with the server down,
// and what registering costs where every library is installed and none is used. Each runs in a process of its own; the
// provider is another one, which answers at once. `node bench/instrumentation.mjs starts` measures the last alone.
import { execFile, spawn } from "node:child_process";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const PAIRS = 5;
const WARM_UP = 300;
const CALLS = 1000;
const CALLS_WITH_SERVER_DOWN = 100_000;
const childEnv = {
  PATH: process.env.PATH,
  OPENAI_API_KEY: "none",
  TURNWISE_QUIET: "1",
  OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
};

const answer = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "instant",
  choices: [
    { index: 0, finish_reason: "stop", message: { role: "assistant", content: "It is on its way. ".repeat(10) } },
  ],
  usage: { prompt_tokens: 900, completion_tokens: 60, total_tokens: 960 },
});

/**
 * Bare and recorded runs take turns, so that both meet the same machine; the median of the pairs counts. Processor time,
 * because recording waits for nothing, and what other processes do changes it least.
 */
export async function run() {
  const provider = await startChild("provider");
  const url = await provider.line;
  const pairs = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const bare = JSON.parse(await (await startChild("calls", url, "bare")).line);
    pairs.push({ bare, recorded: JSON.parse(await (await startChild("calls", url, "recorded")).line) });
  }
  provider.child.kill();
  const starts = await measureStarts();
  const { heapBytes, externalBytes } = JSON.parse(await (await startChild("memory")).line);
  return [
    { name: "openai call, instant provider: time", value: `${median(pairs.map(({ bare }) => bare.ms)).toFixed(3)} ms` },
    { name: "time recorded / bare", value: median(pairs.map(({ bare, recorded }) => recorded.ms / bare.ms)) },
    {
      name: "processor time recorded / bare",
      value: median(pairs.map(({ bare, recorded }) => recorded.processorMs / bare.processorMs)),
    },
    {
      name: "processor time for recording a call",
      value: `${median(pairs.map(({ bare, recorded }) => recorded.processorMs - bare.processorMs)).toFixed(3)} ms`,
      goal: "< 1 ms",
    },
    ...starts,
    {
      name: "heap growth over 100,000 recorded calls, server down",
      value: `${megabytes(heapBytes)} MB`,
      goal: "< 5 MB",
    },
    { name: "the same outside of the heap", value: `${megabytes(externalBytes)} MB` },
  ];
}

/** Registering in a folder from which no library can be found, and in this one, from which all can. None is imported. */
async function measureStarts() {
  const pairs = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const [none, all] = [await processorMsOfStart(tmpdir()), await processorMsOfStart(repository)];
    pairs.push({ none, all });
  }
  return [
    { name: "processor time of registering", value: `${median(pairs.map(({ none }) => none)).toFixed(0)} ms` },
    {
      name: "more with every library installed and none used",
      value: `${median(pairs.map(({ none, all }) => all - none)).toFixed(0)} ms`,
    },
  ];
}

/** Of the whole process: the loader's thread counts, too. */
async function processorMsOfStart(cwd) {
  const register = import.meta.resolve("@turnwise/instrumentation/register");
  const program = `import ${JSON.stringify(register)};
    const { user, system } = process.cpuUsage();
    console.log((user + system) / 1000);`;
  const args = ["--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env: childEnv });
  return Number(stdout);
}

const repository = fileURLToPath(new URL("..", import.meta.url));
const megabytes = (bytes) => (bytes / 1e6).toFixed(2);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function startChild(...args) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    env: childEnv,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
      if (text.includes("\n")) resolve(text.trim());
    });
    child.on("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code}`)));
  });
  return { child, line };
}

const roles = {
  provider() {
    const server = createServer((request, response) => {
      request.resume().on("end", () => response.setHeader("content-type", "application/json").end(answer));
    });
    server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
  },

  /** Prints the milliseconds of one call. */
  async calls(url, mode) {
    const { client, withSession } = await createClient(mode, { baseURL: url });
    await ask(client, withSession, WARM_UP);
    const processor = process.cpuUsage();
    const started = performance.now();
    await ask(client, withSession, CALLS);
    const ms = (performance.now() - started) / CALLS;
    const { user, system } = process.cpuUsage(processor);
    console.log(JSON.stringify({ ms, processorMs: (user + system) / 1000 / CALLS }));
    process.exit();
  },

  async starts() {
    console.log(await measureStarts());
  },

  /** Prints what has grown, after garbage collection, from the first hundred calls on. The answers do not come by network. */
  async memory() {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc");
    const fetch = async () => new Response(answer, { headers: { "content-type": "application/json" } });
    const { client, withSession } = await createClient("recorded", { fetch });
    await ask(client, withSession, 100);
    const used = () => {
      collectGarbage();
      collectGarbage();
      return process.memoryUsage();
    };
    const before = used();
    await ask(client, withSession, CALLS_WITH_SERVER_DOWN);
    const after = used();
    const grown = (name) => after[name] - before[name];
    console.log(JSON.stringify({ heapBytes: grown("heapUsed"), externalBytes: grown("external") }));
    process.exit();
  },
};

async function createClient(mode, options) {
  if (mode === "recorded") await import("@turnwise/instrumentation/register");
  const { withSession } = await import("@turnwise/instrumentation");
  const { default: OpenAI } = await import("openai");
  return { client: new OpenAI({ maxRetries: 0, ...options }), withSession };
}

async function ask(client, withSession, count) {
  const messages = [
    { role: "system", content: "You help customers of a shop. ".repeat(20) },
    { role: "user", content: "Where is my order, and when will it arrive? ".repeat(20) },
  ];
  for (let call = 0; call < count; call += 1) {
    await withSession(`conversation ${call % 100}`, () =>
      client.chat.completions.create({ model: "instant", messages }),
    );
  }
}

// Started by itself it is one of its own children.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [role, ...args] = process.argv.slice(2);
  await roles[role](...args);
}
