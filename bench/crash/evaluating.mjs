// A server that is killed while it evaluates: every item of every run is scored once, and little is asked of a model twice.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { startScriptedModel } from "../../examples/scripted-model.mjs";
import { startServerProcess } from "../../test/support/server-process.mjs";
import { crashInFolders } from "./in-folders.mjs";

/** Of a run by heuristics. */
const ITEMS = 10_000;
const HEURISTICS = ["contains", "equals", "levenshtein", "regex_match"];
/** Of a run that asks a model. */
const QUESTIONS = 60;
const MODEL_METRICS = ["coherence", "fluency"];
const ENDED = ["completed", "failed", "cancelled"];
/** A server is killed when it has got fewer than so many answers, or has scored less than so much of a run by heuristics ... */
const MAX_ANSWERS = 60;
const MAX_SHARE = 0.6;
/** ... or at any moment after it is up, also long before it scores anything; at the latest after so long. */
const MAX_LIFE_MS = 10_000;
const ITEMS_SQL = `
  SELECT v.run_no || '/' || v.number, coalesce(v.overall, '') || hex(metric_values) || coalesce(r.body, '')
  FROM run_values AS v LEFT JOIN run_remarks AS r ON r.run_no = v.run_no AND r.number = v.number`;
const RUNS_SQL = `
  SELECT run_id AS id, status, evaluated, count(v.number) AS rows, count(DISTINCT v.number) AS "distinct",
    total(v.overall) AS sum, CASE WHEN scored = 0 THEN NULL ELSE (overall_sum + overall_rest) / scored END AS mean
  FROM evaluation_runs AS r LEFT JOIN run_values AS v ON v.run_no = r.run_no GROUP BY r.run_no`;
const MAX_FINISH_MS = 120_000;

/**
 * Resolves with `{ rounds, runs, scored, lost, twice, miscounted, answered, again, repeated }`: runs that came to their end, items
 * scored in them, items that were not, items whose stored scores changed later, runs whose counts or means are not those of their
 * items, answers of the model, those to questions that it had answered before, and of these those whose scores were stored already.
 */
export async function runEvaluatingRounds({ rounds, random, items = ITEMS, onRound = () => {} }) {
  const total = { rounds: 0, runs: 0, scored: 0, lost: 0, twice: 0, miscounted: 0, answered: 0, again: 0, repeated: 0 };
  return crashInFolders({
    rounds,
    total,
    open: async (dataDir) => ({ dataDir, provider: await startProvider(random), items, runs: [], stored: new Map() }),
    crash: async (folder) => crash(folder, random),
    examine,
    finish,
    close: async ({ provider }) => provider.model.close(),
    onRound,
  });
}

/** Answers every question about an item, and says in the answer which one it is. `stored`: questions that are never to come again. */
async function startProvider(random) {
  const notes = { answered: 0, again: 0, repeated: 0, known: new Set(), stored: new Set() };
  const model = await startScriptedModel(async (request) => {
    const question = questionOf(JSON.stringify(request.body));
    if (notes.stored.has(question)) notes.repeated += 1;
    await sleep(random() ** 3 * 150);
    notes.answered += 1;
    if (notes.known.has(question)) notes.again += 1;
    notes.known.add(question);
    const verdict = { reasoning: `about ${question}: ${notes.answered}.`, score: 0.75 };
    return { message: { content: JSON.stringify(verdict) }, usage: { prompt_tokens: 300, completion_tokens: 30 } };
  });
  return { model, notes };
}

/** `3/17/coherence`: the 17th question of the third run. */
function questionOf(body) {
  const [, metric] = /(\w+)_verdict/.exec(body);
  return `${/question (\d+\/\d+)/.exec(body)[1]}/${metric}`;
}

const start = ({ dataDir, provider }) =>
  startServerProcess({
    dataDir,
    env: { TURNWISE_LLM_API_KEY: "sk-test", TURNWISE_LLM_BASE_URL: provider.model.url, TURNWISE_LLM_MODEL: "scripted" },
  });

async function crash(folder, random) {
  const server = await start(folder);
  const { runs } = readStored(folder.dataDir);
  for (const asksModel of [false, true])
    if (!folder.runs.some((run) => run.asksModel === asksModel && runs.get(run.id)?.status !== "completed"))
      folder.runs.push(await begin(server.apiUrl, folder, asksModel));
  await waitForMoment(folder, random);
  await server.stop("SIGKILL");
}

async function waitForMoment({ dataDir, provider: { notes }, items }, random) {
  const chosen = random();
  if (chosen < 0.2) return sleep(random() * 600);
  const enoughAnswers = notes.answered + random() * MAX_ANSWERS;
  const enoughScores = countEvaluated(dataDir) + random() * MAX_SHARE * items;
  const isDue = chosen < 0.6 ? () => notes.answered >= enoughAnswers : () => countEvaluated(dataDir) > enoughScores;
  const giveUpAt = Date.now() + MAX_LIFE_MS;
  while (!isDue() && Date.now() < giveUpAt) await sleep(2);
  return sleep(random() * 20);
}

/** Every third answer is wrong, and all texts have lengths of their own. */
function itemOf(run, number) {
  const expected = `The answer to question ${run}/${number} is ${number * 7}${"!".repeat(number % 40)}`;
  return {
    id: `${number}`,
    input: `question ${run}/${number}`,
    output: number % 3 === 0 ? "I do not know" : expected,
    expected,
  };
}

async function begin(apiUrl, { runs, items }, asksModel) {
  const size = asksModel ? QUESTIONS : items;
  const lines = Array.from({ length: size }, (_, number) => JSON.stringify(itemOf(runs.length, number)));
  const uploaded = await post(`${apiUrl}/v2/datasets?name=run-${runs.length}`, "application/jsonl", lines.join("\n"));
  const metrics = asksModel ? MODEL_METRICS : HEURISTICS;
  const wish = { dataset_id: uploaded.id, metrics, mode: "async" };
  const { job_id: id } = await post(`${apiUrl}/v2/evaluate`, "application/json", JSON.stringify(wish));
  return { id, asksModel, size };
}

async function post(url, type, body) {
  const response = await fetch(url, { method: "POST", headers: { "content-type": type }, body });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** What the dead server left behind: what was stored before is there as it was, and the counts are those of what is there. */
function examine({ dataDir, provider, runs, stored }, total) {
  const found = readStored(dataDir);
  for (const [item, scores] of stored) {
    if (!found.items.has(item)) total.lost += 1;
    else if (found.items.get(item) !== scores) total.twice += 1;
  }
  for (const [item, scores] of found.items) stored.set(item, scores);
  for (const { id } of runs) if (!isCounted(found.runs.get(id))) total.miscounted += 1;
  for (const scores of found.items.values())
    for (const [, question] of scores.matchAll(/about (\d+\/\d+\/\w+):/g)) provider.notes.stored.add(question);
}

/** A run that is not there was never promised. */
function isCounted(run) {
  if (run === undefined) return true;
  const isMean = run.mean === null ? run.sum === 0 : Math.abs(run.sum / run.rows - run.mean) < 1e-9;
  return run.evaluated === run.rows && run.distinct === run.rows && isMean;
}

async function finish(folder, total) {
  const { notes } = folder.provider;
  const server = await start(folder);
  const giveUpAt = Date.now() + MAX_FINISH_MS;
  const areDone = () => {
    const { runs } = readStored(folder.dataDir);
    return folder.runs.every(({ id }) => ENDED.includes(runs.get(id)?.status));
  };
  while (!areDone() && Date.now() < giveUpAt) await sleep(100);
  await server.stop();
  examine(folder, total);
  const { runs } = readStored(folder.dataDir);
  for (const { id, size } of folder.runs) {
    const run = runs.get(id);
    if (run?.status === "completed") total.runs += 1;
    total.scored += run?.rows ?? 0;
    total.lost += size - (run?.rows ?? 0);
  }
  total.answered += notes.answered;
  total.again += notes.again;
  total.repeated += notes.repeated;
}

const countEvaluated = (dataDir) =>
  withDatabase(dataDir, (db) => db.prepare("SELECT total(evaluated) FROM evaluation_runs").pluck().get());

/** The runs by their ids, and all that is said of items, by run and number. */
const readStored = (dataDir) =>
  withDatabase(dataDir, (db) => ({
    items: new Map(db.prepare(ITEMS_SQL).raw().all()),
    runs: new Map(
      db
        .prepare(RUNS_SQL)
        .all()
        .map((run) => [run.id, run]),
    ),
  }));

function withDatabase(dataDir, read) {
  const db = new Database(join(dataDir, "turnwise.db"), { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}
