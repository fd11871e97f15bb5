/** `kill -9` of a server while its evaluators ask a model. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { startScriptedModel } from "../../examples/scripted-model.mjs";
import { packagedConfigPath } from "../../src/config/config-sources.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.mjs";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

const SESSIONS = 10;
const METRICS = ["conciseness", "fluency"];
/** A session's measures are asked at the same time, and the limiter lets in so many of all. */
const IN_FLIGHT = 8;

/** Answers slowly, and notes which session it was asked about how often. */
async function startModel() {
  const asked = new Map<string, number>();
  let answered = 0;
  const model = await startScriptedModel(async ({ body }) => {
    const text = JSON.stringify(body);
    const [question = ""] = /in session \d+/.exec(text) ?? [];
    const key = `${question} ${/"name":"(\w+)_verdict"/.exec(text)?.[1]}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    await sleep(60);
    answered += 1;
    return {
      message: { content: JSON.stringify({ reasoning: `about ${question}`, score: 0.5 }) },
      usage: { prompt_tokens: 90, completion_tokens: 10 },
    };
  });
  cleanUp.push(() => model.close());
  return { url: model.url, asked, answered: () => answered };
}

function writeConfig(dataDir: string): string {
  const yaml = readFileSync(packagedConfigPath, "utf8")
    .replace("judges: [rules, llm]", "judges: [rules]\n    evaluators: [quality]")
    .replace("\n  evaluation:\n", "\n  evaluation:\n    judge: llm\n")
    .replace("\nservice:\n", `\nevaluators:\n  quality: { metrics: [${METRICS.join(", ")}] }\nservice:\n`);
  const path = join(dataDir, "config.yaml");
  writeFileSync(path, yaml);
  return path;
}

async function submit({ apiUrl }: ServerProcess): Promise<void> {
  const traces = Array.from({ length: SESSIONS }, (_, number) => ({
    messages: [
      { role: "user", content: `Question in session ${number}` },
      { role: "assistant", content: "An answer" },
    ],
  }));
  const response = await fetch(`${apiUrl}/api/v1/traces/batch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ traces }),
  });
  expect(response.status).toBe(201);
}

async function untilCompleted({ apiUrl }: ServerProcess): Promise<void> {
  const page = z.object({ sessions: z.array(z.unknown()) });
  for (let tries = 0; tries < 400; tries++) {
    const response = await fetch(`${apiUrl}/api/v1/sessions?status=completed`);
    if (page.parse(await response.json()).sessions.length === SESSIONS) return;
    await sleep(50);
  }
  throw new Error("the sessions are not completed");
}

test("every turn is scored once, and no answer that was stored is asked for again", { timeout: 90_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "turnwise-crash-"));
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const model = await startModel();
  const env = { TURNWISE_LLM_API_KEY: "sk-test", TURNWISE_LLM_BASE_URL: model.url, TURNWISE_LLM_MODEL: "scripted" };
  const config = writeConfig(dataDir);
  const start = async (): Promise<ServerProcess> => {
    const server = await startServerProcess({ dataDir, config, env });
    cleanUp.push(() => server.stop("SIGKILL"));
    return server;
  };
  const first = await start();
  await submit(first);
  while (model.answered() < SESSIONS) await sleep(2);
  await first.stop("SIGKILL");
  expect(model.answered()).toBeLessThan(SESSIONS * METRICS.length);
  const second = await start();
  await untilCompleted(second);
  await second.stop();
  const db = new Database(join(dataDir, "turnwise.db"), { readonly: true });
  const rows = db.prepare("SELECT session_no, turn, name, value, failed FROM metric_scores").all();
  const spent = db.prepare("SELECT sum(tokens) AS tokens, sum(reserved_tokens) AS reserved FROM judge_spend").get();
  db.close();
  expect(rows).toHaveLength(SESSIONS * METRICS.length);
  expect(rows.every((row) => z.object({ value: z.literal(0.5), failed: z.literal(0) }).safeParse(row).success)).toBe(
    true,
  );
  const questions = [...model.asked.values()];
  expect(questions).toHaveLength(SESSIONS * METRICS.length);
  expect(Math.max(...questions)).toBeLessThanOrEqual(2);
  expect(questions.filter((times) => times > 1).length).toBeLessThanOrEqual(IN_FLIGHT);
  expect(spent).toMatchObject({ reserved: 0 });
});
