// A server that is killed while it judges: no verdict is lost or given twice, and no call is made again whose answer was stored.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { startScriptedModel } from "../../examples/scripted-model.mjs";
import { startServerProcess } from "../../test/support/server-process.mjs";
import { crashInFolders } from "./in-folders.mjs";

const TURNS = 2;
/** A turn's number where the session as a whole is meant. */
const TRAJECTORY = 0;
const VERDICTS = TURNS + 1;
/** Of three trials the first two agree, so that a kill often comes when one of them is answered. */
const SETTINGS = ["judges.llm.trials=3", "judges.llm.temperature=1"];
const ANSWERS_PER_VERDICT = 2;
/** Each round submits so many: more than a server that is killed can judge. */
const SESSIONS = 12;
/** A server is killed when it has got fewer than so many answers. */
const MAX_ANSWERS = 50;
const MAX_JUDGING_MS = 120_000;
const USAGE = { prompt_tokens: 900, completion_tokens: 100 };

/**
 * Resolves with `{ rounds, judged, answered, lost, twice, repeated, uncounted }`: verdicts that are there in the end, calls that were
 * answered, verdicts that are not there any more or never came, verdicts that were given again, calls that were made again
 * although their answer was stored, and tokens that were used and not counted.
 */
export async function runJudgingRounds({ rounds, random, onRound = () => {} }) {
  const total = { rounds: 0, judged: 0, answered: 0, lost: 0, twice: 0, repeated: 0, uncounted: 0 };
  return crashInFolders({
    rounds,
    total,
    open: async (dataDir) => ({ dataDir, provider: await startProvider(random), sessions: 0, stored: new Map() }),
    crash: async (folder) => crash(folder, random),
    examine,
    finish,
    close: async ({ provider }) => provider.model.close(),
    onRound,
  });
}

/** Answers every question about a turn or a session. `left`: how often one may still be asked since the last server was killed. */
async function startProvider(random) {
  const notes = { answered: 0, repeated: 0, left: new Map() };
  const model = await startScriptedModel(async (request) => {
    const question = questionOf(request.body.messages[1].content);
    const left = notes.left.get(question) ?? ANSWERS_PER_VERDICT;
    if (left === 0) notes.repeated += 1;
    else notes.left.set(question, left - 1);
    await sleep(random() ** 3 * 400); // most are quick, and wait for one that is not
    notes.answered += 1;
    return { message: { content: JSON.stringify(verdictOn(question)) }, usage: USAGE };
  });
  return { model, notes };
}

/** `12/1`: the first turn of session 12. */
function questionOf(prompt) {
  const [, turn = TRAJECTORY] = /^Judge turn (\d+)\./.exec(prompt) ?? [];
  return `${/in session (\d+)/.exec(prompt)[1]}/${turn}`;
}

/** It tells what it is about, so that it is known again where it is stored. */
function verdictOn(question) {
  const scored = { reasoning: `about ${question}.`, score: 1 };
  const common = { ...scored, evidence: [] };
  if (question.endsWith(`/${TRAJECTORY}`))
    return { ...common, failures: [], completed: true, early_termination: false };
  const names = ["hallucination", "wrong_tool_usage", "inconsistent_reasoning", "unnecessary_actions"];
  const dimensions = Object.fromEntries(names.map((name) => [name, scored]));
  return { ...common, user_summary: "asks", assistant_summary: "answers", tool_calls: [], dimensions };
}

const start = ({ dataDir, provider }) =>
  startServerProcess({
    dataDir,
    args: SETTINGS.flatMap((setting) => ["--set", setting]),
    env: { TURNWISE_LLM_API_KEY: "sk-test", TURNWISE_LLM_BASE_URL: provider.model.url, TURNWISE_LLM_MODEL: "scripted" },
  });

async function crash(folder, random) {
  const server = await start(folder);
  await submit(server.apiUrl, folder);
  const { notes } = folder.provider;
  const killAt = notes.answered + Math.floor(random() * MAX_ANSWERS);
  while (notes.answered < killAt) await sleep(2);
  await sleep(random() * 20);
  await server.stop("SIGKILL");
}

async function submit(apiUrl, folder) {
  const traces = Array.from({ length: SESSIONS }, (_, index) => {
    const number = folder.sessions + index;
    const messages = Array.from({ length: TURNS }, (__, turn) => [
      { role: "user", content: `Question ${turn + 1} in session ${number}` },
      { role: "assistant", content: `Answer ${turn + 1}` },
    ]);
    return { messages: messages.flat() };
  });
  const response = await fetch(`${apiUrl}/api/v1/traces/batch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ traces }),
  });
  if (response.status !== 201) throw new Error(`the sessions were not taken: ${await response.text()}`);
  folder.sessions += SESSIONS;
}

/** What the dead server left behind. An answer that is stored by now is never to be asked for again. */
function examine({ dataDir, provider, stored }, total) {
  const { verdicts, answers } = readStored(dataDir);
  for (const [question, number] of stored) {
    if (!verdicts.has(question)) total.lost += 1;
    else if (verdicts.get(question) !== number) total.twice += 1;
  }
  for (const [question, number] of verdicts) stored.set(question, number);
  provider.notes.left = new Map([...stored.keys()].map((question) => [question, 0]));
  for (const question of answers)
    provider.notes.left.set(question, (provider.notes.left.get(question) ?? ANSWERS_PER_VERDICT) - 1);
}

async function finish(folder, total) {
  const { notes } = folder.provider;
  const server = await start(folder);
  const giveUpAt = Date.now() + MAX_JUDGING_MS;
  const expected = folder.sessions * VERDICTS;
  while (readStored(folder.dataDir).verdicts.size < expected && Date.now() < giveUpAt) await sleep(200);
  await server.stop();
  examine(folder, total);
  const { spent, verdicts } = readStored(folder.dataDir);
  total.judged += verdicts.size;
  total.lost += expected - verdicts.size;
  total.answered += notes.answered;
  total.repeated += notes.repeated;
  total.uncounted += Math.max(0, notes.answered * (USAGE.prompt_tokens + USAGE.completion_tokens) - spent);
}

/** The model's verdicts by what they are about, each with its number; answers that no verdict is made of yet; tokens spent. */
function readStored(dataDir) {
  const db = new Database(join(dataDir, "turnwise.db"), { readonly: true });
  try {
    const rows = db
      .prepare("SELECT judgement_no, result FROM judgements WHERE judge_name = 'llm' AND score IS NOT NULL")
      .raw();
    const answers = db.prepare("SELECT json FROM model_answers").pluck();
    const spent = db.prepare("SELECT coalesce(sum(tokens + reserved_tokens), 0) FROM judge_spend").pluck();
    return {
      verdicts: new Map(rows.all().map(([number, result]) => [subjectOf(result), number])),
      answers: answers.all().map(subjectOf),
      spent: spent.get(),
    };
  } finally {
    db.close();
  }
}

const subjectOf = (verdict) => /about (\d+\/\d+)\./.exec(verdict)[1];
