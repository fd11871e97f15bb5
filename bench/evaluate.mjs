// A dataset scored by the heuristic metrics, from the first byte of its upload until its run is completed, next to the same metrics
// in a bare loop; and what reading the result takes.
//   node bench/evaluate.mjs        about ten seconds
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { metricOf } from "../dist/evaluation/item-metrics/item-metrics.js";
import { scoreItem } from "../dist/evaluation/item-metrics/score-item.js";
import { startServerProcess } from "../test/support/server-process.mjs";

const ITEMS = 10_000;
const METRICS = ["contains", "equals", "levenshtein", "regex_match"];
const RUNS = 5;
const READS = 50;
const UNLIMITED = "service.evaluation.requests_per_minute=1000000";

/** Rows of `{ name, value, goal }`. */
export async function run({ items = ITEMS, runs = RUNS } = {}) {
  const dataDir = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "turnwise-bench-"));
  const server = await startServerProcess({ dataDir, args: ["--set", UNLIMITED] });
  try {
    const dataset = Array.from({ length: items }, (_, number) => itemOf(number));
    await evaluate(server.apiUrl, dataset, "warm"); // starts the thread
    await scoreBare(dataset);
    const [served, bare, ids] = [[], [], []];
    for (let number = 0; number < runs; number += 1) {
      bare.push(await timed(() => scoreBare(dataset)));
      await sleep(10); // the loop let nothing else happen: connections that ended meanwhile are noticed now
      served.push(await timed(async () => ids.push(await evaluate(server.apiUrl, dataset, `run-${number}`))));
    }
    return [
      {
        name: `items/s scored by ${METRICS.length} heuristics, upload to completed`,
        value: (items * 1000) / median(served),
      },
      { name: "its time / that of the metrics in a bare loop", value: median(served) / median(bare) },
      ...(await measureReads(server.apiUrl, ids)),
    ];
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true });
  }
}

/** About as long as a short answer, every third one wrong. */
function itemOf(number) {
  const expected = `Order ${number} was sent on day ${number % 28} and arrives within ${number % 9} days, by the usual carrier.`;
  const output = number % 3 === 0 ? `I am sorry, I cannot find an order with the number ${number}.` : expected;
  return { id: `${number}`, input: `Where is my order ${number}?`, output, expected };
}

async function evaluate(apiUrl, dataset, name) {
  const lines = dataset.map((item) => JSON.stringify(item)).join("\n");
  const { id } = await post(`${apiUrl}/v2/datasets?name=${name}`, "application/jsonl", lines);
  const wish = { dataset_id: id, metrics: METRICS, mode: "async" };
  const { job_id: job } = await post(`${apiUrl}/v2/evaluate`, "application/json", JSON.stringify(wish));
  for (;;) {
    const { status } = await get(`${apiUrl}/v2/evaluate/jobs/${job}/status`);
    if (status === "completed") return job;
    if (status !== "queued" && status !== "running") throw new Error(`the run is ${status}`);
    await sleep(5);
  }
}

async function scoreBare(dataset) {
  const metrics = METRICS.map((key) => ({ metric: metricOf(key), weight: 1 }));
  const { signal } = new AbortController();
  for (const { id: key, input, output, expected } of dataset)
    await scoreItem({ key, input, output, context: [], expected: [expected], metadata: {} }, metrics, { signal });
}

async function measureReads(apiUrl, [one, other]) {
  const worst = `${apiUrl}/v2/evaluate/runs/${one}/items?page=3&page_size=100&order=worst`;
  const compared = `${apiUrl}/v2/evaluate/compare?run_ids=${one}&run_ids=${other}`;
  return [
    await readRow("a page of 100 of 10,000 items, worst first, ms", worst),
    await readRow("two runs of 10,000 items compared, ms", compared),
  ];
}

async function readRow(name, url) {
  const times = [];
  for (let read = 0; read < READS; read += 1) times.push(await timed(() => get(url)));
  const at = (share) => times.toSorted((a, b) => a - b)[Math.floor(times.length * share)].toFixed(1);
  return { name, value: `p50 ${at(0.5)} p99 ${at(0.99)}`, goal: "<= 50" };
}

async function get(url) {
  return bodyOf(await fetch(url), url);
}

async function post(url, type, body) {
  return bodyOf(await fetch(url, { method: "POST", headers: { "content-type": type }, body }), url);
}

async function bodyOf(response, url) {
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.table(await run());
