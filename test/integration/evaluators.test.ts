/** Evaluators at work: sessions come in over HTTP, and their scores are read from the API. */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { type ScriptedReply, startScriptedModel } from "../../examples/scripted-model.mjs";
import { metricScoreSchema, type SessionDetail } from "../../src/api/contract.ts";
import { submitResultSchema } from "../../src/api/valuehead-contract.ts";
import { type Agent, createAgent } from "../support/agent.ts";
import { startTestServer, temporaryDataDir, type TestServer, type TestServerOptions } from "../support/server.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

/** The packaged configuration with these evaluators, and the rules as the only judge of sessions. */
const withEvaluators =
  (evaluators: Readonly<Record<string, string>>) =>
  (yaml: string): string =>
    yaml
      .replace("\n  evaluation:\n", "\n  evaluation:\n    judge: llm\n")
      .replace("judges: [rules, llm]", `judges: [rules]\n    evaluators: [${Object.keys(evaluators).join(", ")}]`)
      .replace(
        "\nservice:\n",
        `\nevaluators:\n${Object.entries(evaluators)
          .map(([name, part]) => `  ${name}: ${part}\n`)
          .join("")}\nservice:\n`,
      );

async function start(evaluators: Readonly<Record<string, string>>, options: TestServerOptions = {}) {
  const server = await startTestServer({ ...options, edit: withEvaluators(evaluators) });
  cleanUp.push(() => server.stop());
  return server;
}

function agentOf({ otlpUrl }: TestServer): Agent {
  const agent = createAgent(otlpUrl);
  cleanUp.push(() => agent.shutdown());
  return agent;
}

async function onlySession(server: TestServer): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    const [one, ...others] = await server.sessions();
    if (one !== undefined && others.length === 0) return one.id;
    await sleep(25);
  }
  throw new Error("there is not one session");
}

async function submit({ apiUrl }: TestServer, fields: object = {}): Promise<string> {
  const messages = [
    { role: "user", content: "Where is order 7?" },
    { role: "assistant", content: "It has shipped." },
  ];
  const response = await fetch(`${apiUrl}/api/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages, ...fields }),
  });
  return submitResultSchema.parse(await response.json()).session_id;
}

const shown = ({ metric_scores }: SessionDetail) =>
  metric_scores.map(({ evaluator, name, turn, value }) => `${evaluator}/${name} ${turn ?? "session"} ${value}`);
const statusOf = ({ judging }: SessionDetail, name: string) => judging.find(({ judge }) => judge === name);

const usage = { prompt_tokens: 900, completion_tokens: 100 };
const grade = (score: number): ScriptedReply => ({
  message: { content: JSON.stringify({ reasoning: "as told", score }) },
  usage,
});

/** A model that metrics ask, and the environment of a server that asks it. */
async function startModel(reply: Parameters<typeof startScriptedModel>[0]) {
  const model = await startScriptedModel(reply);
  cleanUp.push(() => model.close());
  const env = { TURNWISE_LLM_API_KEY: "sk-test", TURNWISE_LLM_BASE_URL: model.url, TURNWISE_LLM_MODEL: "scripted" };
  return { env, asked: () => model.requests.length };
}

const brief = "{ expectations: [{ type: contains, texts: ['4'], name: says_four }, { type: step_count, max: 1 }] }";

describe("evaluators that ask no model", () => {
  test("score what spans became, without a key", async () => {
    const server = await start({ brief });
    const agent = agentOf(server);
    agent.callModel({ conversationId: "c-1", said: ["What is 2 + 2?"], reply: "It is 4." });
    await agent.flush();
    const session = await server.waitForSession(await onlySession(server));
    expect(session.metric_scores).toEqual([
      {
        name: "says_four",
        evaluator: "brief",
        value: 1,
        label: "passed",
        explanation: expect.stringContaining("4") as unknown,
        turn: null,
        error: null,
      },
      expect.objectContaining({ name: "step_count", value: 1 }),
    ]);
    expect(session.judging.map(({ judge, status }) => `${judge} ${status}`)).toEqual(["rules judged", "brief judged"]);
    expect(session.error).toBeNull();
  });

  test("score anew what a late span changed, and not what it did not", async () => {
    const server = await start({ brief });
    const agent = agentOf(server);
    agent.callModel({ conversationId: "late", said: ["What is 2 + 2?"], reply: "It is 4." });
    await agent.flush();
    const id = await onlySession(server);
    const first = await server.waitForSession(id);
    expect(shown(first)).toEqual(["brief/says_four session 1", "brief/step_count session 1"]);
    const scored = 'turnwise_judgements{judge="brief/says_four",outcome="judged"}';
    expect(await server.metric(scored)).toBe(1);
    agent.callModel({ conversationId: "late", said: ["What is 2 + 2?", "It is 4.", "Sure?"], reply: "Yes." });
    await agent.flush();
    const second = await server.waitForSession(
      id,
      ({ status, revision }) => status === "completed" && revision > first.revision,
    );
    expect(shown(second)).toEqual(["brief/says_four session 0", "brief/step_count session 0"]);
    expect(await server.metric(scored)).toBe(2);
  });

  test("leave out what their filter and their sample leave out, unless they are asked by name", async () => {
    const server = await start({
      gold: "{ when: { metadata: { tier: gold } }, expectations: [{ type: contains, texts: [shipped] }] }",
      none: "{ sample: 0, expectations: [{ type: contains, texts: [shipped] }] }",
    });
    const gold = await server.waitForSession(await submit(server, { metadata: { tier: "gold" } }));
    expect(shown(gold)).toEqual(["gold/contains session 1"]);
    expect(statusOf(gold, "none")).toMatchObject({ status: "skipped", code: "sampled_out" });
    const other = await server.waitForSession(await submit(server));
    expect(shown(other)).toEqual([]);
    expect(statusOf(other, "gold")).toMatchObject({ status: "skipped", code: "filtered_out" });
    expect((await server.api(`/sessions/${other.id}/judge`, "POST")).status).toBe(202);
    expect(shown(await server.waitForSession(other.id))).toEqual([]);
    expect((await server.api(`/sessions/${other.id}/judge?judge=gold`, "POST")).status).toBe(202);
    const asked = await server.waitForSession(other.id, ({ metric_scores }) => metric_scores.length > 0);
    expect(shown(asked)).toEqual(["gold/contains session 1"]);
    expect((await server.api(`/sessions/${other.id}/judge?judge=nobody`, "POST")).body).toMatchObject({
      detail: "there is no such judge; configured: rules, gold, none",
    });
  });

  test("are what lists of sessions can be filtered by", async () => {
    const server = await start({ brief });
    const good = await submit(server, {
      messages: [
        { role: "user", content: "2 + 2?" },
        { role: "assistant", content: "4" },
      ],
    });
    const bad = await submit(server);
    for (const id of [good, bad]) await server.waitForSession(id);
    const listed = async (query: string) => {
      const { body } = await server.api(`/sessions?${query}`);
      return (body as { sessions: { id: string }[] }).sessions.map(({ id }) => id);
    };
    expect(new Set(await listed("metric=brief/says_four"))).toEqual(new Set([good, bad]));
    expect(await listed("metric=brief/says_four&metric_below=0.5")).toEqual([bad]);
    expect(await listed("metric=brief/nothing")).toEqual([]);
    expect((await server.api("/sessions?metric_below=0.5")).body).toMatchObject({ code: "invalid_request" });
    expect((await server.api("/sessions?metric=brief")).body).toMatchObject({
      detail: expect.stringContaining("EVALUATOR/NAME") as unknown,
    });
  });
});

test("a backfill has a new evaluator score what is there, once, and only that evaluator", async () => {
  const dataDir = temporaryDataDir();
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const before = await startTestServer({ dataDir, edit: withEvaluators({ brief }) });
  const id = await submit(before);
  await before.waitForSession(id);
  await before.stop();
  const more = "{ sample: 0, expectations: [{ type: contains, texts: [shipped] }] }";
  const server = await start({ brief, more }, { dataDir });
  const backfill = async (query: string) => (await server.api(`/backfills?judge=more${query}`, "POST")).body;
  const work = { name: "more", turns: 0, trajectories: 1, cost_usd: 0, basis: "no_model" };
  expect(await backfill("&dry_run=true")).toMatchObject({ sessions: 1, judges: [work] });
  expect(await backfill("")).toMatchObject({ sessions: 1, state: { judge: "more" } });
  const scored = await server.waitForSession(id, ({ metric_scores }) => metric_scores.length === 3);
  expect(shown(scored)).toContain("more/contains session 1");
  expect(await backfill("&dry_run=true")).toMatchObject({ sessions: 0 });
  expect(await server.metric('turnwise_judgements{judge="brief/says_four",outcome="judged"}')).toBe(0);
  expect(await server.metric('turnwise_judgements{judge="rules",outcome="judged"}')).toBe(0);
});

test("a session's stream ends with what evaluators scored", async () => {
  const server = await start({ brief });
  const id = await submit(server);
  const response = await fetch(`${server.apiUrl}/api/v1/sessions/${id}/stream`);
  const [, done = ""] = /event: done\ndata: (.*)/.exec(await response.text()) ?? [];
  const { metric_scores: told } = z.object({ metric_scores: z.array(metricScoreSchema) }).parse(JSON.parse(done));
  expect(told).toEqual((await server.waitForSession(id)).metric_scores);
  expect(told).toHaveLength(2);
});

describe("evaluators that ask a model", () => {
  const quality = "{ metrics: [conciseness, fluency] }";

  test("are off without a key, and say so", async () => {
    const server = await start({ quality, brief });
    const session = await server.waitForSession(await submit(server));
    expect(statusOf(session, "quality")).toMatchObject({
      status: "skipped",
      code: "off",
      reason: "it asks the model of the judge llm, which has no API key: set TURNWISE_LLM_API_KEY",
    });
    expect(statusOf(session, "brief")).toMatchObject({ status: "judged" });
    expect((await server.api(`/sessions/${session.id}/judge?judge=quality`, "POST")).status).toBe(409);
  });

  test("score each turn, at the judge's expense, and no turn twice", async () => {
    const { env, asked } = await startModel(() => grade(0.75));
    const server = await start({ quality }, { env });
    const agent = agentOf(server);
    agent.callModel({ conversationId: "two", said: ["One"], reply: "1" });
    await agent.flush();
    const id = await onlySession(server);
    const first = await server.waitForSession(id);
    expect(shown(first)).toEqual(["quality/conciseness 1 0.75", "quality/fluency 1 0.75"]);
    expect(first.metric_scores[0]?.explanation).toBe("as told");
    expect(asked()).toBe(2);
    agent.callModel({ conversationId: "two", said: ["One", "1", "Two"], reply: "2" });
    await agent.flush();
    const second = await server.waitForSession(
      id,
      ({ status, total_turns }) => status === "completed" && total_turns === 2,
    );
    expect(shown(second)).toHaveLength(4);
    expect(asked()).toBe(4);
    const { body } = await server.api("/judges");
    expect((body as { judges: { name: string }[] }).judges.map(({ name }) => name)).toEqual(["rules"]);
    const spent = 'turnwise_judge_spend_tokens{judge="llm"}';
    for (let tries = 0; tries < 100 && (await server.metric(spent)) < 4000; tries++) await sleep(25);
    expect(await server.metric(spent)).toBe(4000);
  });

  test("ask nothing again after a restart but what is new", async () => {
    const dataDir = temporaryDataDir();
    cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const { env, asked } = await startModel(() => grade(0.5));
    const before = await startTestServer({ dataDir, env, edit: withEvaluators({ quality, brief }) });
    const agent = createAgent(before.otlpUrl);
    agent.callModel({ conversationId: "restart", said: ["One"], reply: "1" });
    await agent.shutdown();
    const id = await onlySession(before);
    const scores = (await before.waitForSession(id)).metric_scores;
    expect(scores).toHaveLength(4);
    await before.stop();
    const after = await start({ quality, brief }, { dataDir, env });
    expect((await after.api(`/sessions/${id}`)).body).toMatchObject({ metric_scores: scores });
    const again = agentOf(after);
    again.callModel({ conversationId: "restart", said: ["One", "1", "Two"], reply: "2" });
    await again.flush();
    const isLonger = ({ status, total_turns }: SessionDetail) => status === "completed" && total_turns === 2;
    const { metric_scores } = await after.waitForSession(id, isLonger);
    expect(metric_scores.filter(({ turn }) => turn === 1)).toEqual(scores.filter(({ turn }) => turn === 1));
    expect(asked()).toBe(4);
  });

  test("that fail leave no score but the reason, which keeps no judge from judging, and try again", async () => {
    let isBroken = true;
    const { env } = await startModel(() => (isBroken ? { message: { content: "no idea" }, usage } : grade(1)));
    const server = await start({ quality }, { env });
    const id = await submit(server);
    const failed = await server.waitForSession(id, ({ metric_scores }) => metric_scores.length > 0);
    expect(failed.metric_scores[0]).toMatchObject({
      name: "conciseness",
      value: null,
      error: { code: "invalid_answer" },
    });
    expect(failed.status).toBe("completed");
    expect(failed.trajectory).toMatchObject({ judge: { name: "rules" } });
    expect(statusOf(failed, "quality")?.status).toMatch(/waiting|failed/);
    isBroken = false;
    expect((await server.api(`/sessions/${id}/judge?judge=quality`, "POST")).status).toBe(202);
    const mended = await server.waitForSession(id, ({ metric_scores }) =>
      metric_scores.every(({ value }) => value === 1),
    );
    expect(shown(mended)).toEqual(["quality/conciseness 1 1", "quality/fluency 1 1"]);
  });

  test("with a wrong key wait together with the judge whose model they ask, and one that asks none does not", async () => {
    const refusal = { error: { message: "Incorrect API key", code: "invalid_api_key" } };
    const { env, asked } = await startModel(() => ({ status: 401, body: refusal }));
    const server = await start({ quality, more: "{ metrics: [coherence] }", brief }, { env });
    const session = await server.waitForSession(await submit(server));
    expect(session.judging.map(({ judge, status }) => `${judge} ${status}`)).toEqual([
      "rules judged",
      "quality paused",
      "more paused",
      "brief judged",
    ]);
    expect(session.error).toMatch(/^more evaluator: coherence: .*401/);
    expect(asked()).toBeLessThanOrEqual(2);
  });
});
