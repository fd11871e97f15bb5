/** Whatever becomes of judging, ingest goes on and the other judges judge. */
import { rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { startScriptedModel } from "../../examples/scripted-model.mjs";
import { judgesSchema } from "../../src/api/label-contract.ts";
import { createApiClient } from "../../src/api-client.ts";
import { type Hop, runDoctor } from "../../src/doctor.ts";
import { judgeHelpful } from "../support/scripted-judge.ts";
import { portOf } from "../support/port-of.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { startTestServer, temporaryDataDir, type TestServer } from "../support/server.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

/** A server whose llm judge asks an endpoint that answers as told. */
async function startWithEndpoint(answer: RequestListener): Promise<{ server: TestServer; asked: () => number }> {
  let asked = 0;
  const endpoint = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
  cleanUp.push(() => {
    endpoint.closeAllConnections();
    endpoint.close();
  });
  const env = { TURNWISE_LLM_API_KEY: "sk-test", TURNWISE_LLM_BASE_URL: `http://127.0.0.1:${portOf(endpoint)}/v1` };
  const server = await startTestServer({ env });
  cleanUp.push(() => server.stop());
  return { server, asked: () => asked };
}

const answerWith =
  (status: number, body: object): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

async function sessionIds(server: TestServer, count: number): Promise<readonly string[]> {
  for (let tries = 0; tries < 200; tries++) {
    const sessions = await server.sessions();
    if (sessions.length === count) return sessions.map(({ id }) => id);
    await sleep(25);
  }
  throw new Error(`there are not ${count} sessions`);
}

const spentToday = 'turnwise_judge_spend_tokens{judge="llm"}';

async function diagnose({ apiUrl, otlpUrl }: TestServer): Promise<{ hops: readonly Hop[] }> {
  const env = { TURNWISE_URL: apiUrl };
  const hops: Hop[] = [];
  for await (const hop of runDoctor({ client: createApiClient(env), otlpUrl, env })) hops.push(hop);
  return { hops };
}

describe("a judge that fails", () => {
  test("with a wrong key is paused and says so; sessions complete with what the rules said", async () => {
    const refusal = { error: { message: "Incorrect API key provided: sk-secret", code: "invalid_api_key" } };
    const { server, asked } = await startWithEndpoint(answerWith(401, refusal));
    expect((await sendModelCalls(server.otlpUrl, "one", ["Hello"])).status).toBe(200);
    const [one = ""] = await sessionIds(server, 1);
    const session = await server.waitForSession(one);
    expect(session.error).toMatch(/^llm judge: /);
    expect(session.turns[0]?.judgement).toMatchObject({ judge: { name: "rules" } });
    expect(session.judging).toMatchObject([
      { judge: "rules", status: "judged", reason: null },
      { judge: "llm", status: "paused", code: "unauthorized", retry_at: expect.any(String) as unknown },
    ]);
    expect(session.judging[1]?.reason).toContain("401");
    const askedBefore = asked();
    expect((await sendModelCalls(server.otlpUrl, "two", ["Hello"])).status).toBe(200);
    for (const id of await sessionIds(server, 2)) await server.waitForSession(id);
    expect(asked()).toBe(askedBefore);
    for (let tries = 0; tries < 100 && (await server.metric("turnwise_judges_paused")) === 0; tries++) await sleep(25);
    expect(await server.metric("turnwise_judges_paused")).toBe(1);
    expect(await server.metric('turnwise_judge_failures{judge="llm",code="unauthorized"}')).toBe(1);
    const { judges } = judgesSchema.parse((await server.api("/judges")).body);
    expect(judges).toMatchObject([
      { name: "rules", paused: null, spent_today: { tokens: 0, cost_usd: 0 } },
      { name: "llm", paused: { code: "unauthorized" }, spent_today: { tokens: 0, cost_usd: 0 } },
    ]);
    const { hops } = await diagnose(server);
    expect(hops.at(-1)).toMatchObject({ name: "judge", ok: true });
    expect(hops.at(-1)?.detail).toMatch(/^judged by rules \w+; llm is paused: The endpoint answered 401/);
    const told = server.logger.lines.filter(({ message }) => message.includes("paused"));
    expect(told).toMatchObject([{ level: "warn", fields: { judge: "llm" } }]);
    expect(JSON.stringify(server.logger.lines)).not.toContain("sk-test");
  });

  test("is asked again about what waits for it as soon as the server was started with what was missing", async () => {
    const dataDir = temporaryDataDir();
    cleanUp.push(async () => rmSync(dataDir, { recursive: true, force: true }));
    let mended = false;
    const model = await startScriptedModel((request) => (mended ? judgeHelpful(request) : { status: 402, body: {} }));
    cleanUp.push(() => model.close());
    const env = { TURNWISE_LLM_API_KEY: "sk-test", TURNWISE_LLM_BASE_URL: model.url };
    const first = await startTestServer({ env, dataDir });
    await sendModelCalls(first.otlpUrl, "waits", ["Hello"]);
    const [id = ""] = await sessionIds(first, 1);
    const waiting = await first.waitForSession(id);
    expect(waiting.judging[1]).toMatchObject({ judge: "llm", status: "paused", code: "payment_required" });
    await first.stop();
    mended = true;
    const second = await startTestServer({ env, dataDir });
    cleanUp.push(() => second.stop());
    const judged = await second.waitForSession(id, ({ judging }) => judging[1]?.status === "judged");
    expect(judged).toMatchObject({ error: null, turns: [{ judgement: { judge: { name: "llm" } } }] });
    const { judges } = judgesSchema.parse((await second.api("/judges")).body);
    expect(judges[1]).toMatchObject({ paused: null, spent_today: { tokens: 2000, cost_usd: null } });
    for (let tries = 0; tries < 200 && (await second.metric(spentToday)) !== 2000; tries++) await sleep(25);
    expect(await second.metric(spentToday)).toBe(2000);
  });

  test("to answer at all delays neither ingest nor a stop", async () => {
    const { server, asked } = await startWithEndpoint(() => undefined);
    await sendModelCalls(server.otlpUrl, "hangs", ["Hello"]);
    for (let tries = 0; tries < 200 && asked() === 0; tries++) await sleep(25);
    expect(asked()).toBeGreaterThan(0);
    const times: number[] = [];
    for (let number = 0; number < 20; number++) {
      const begin = performance.now();
      expect((await sendModelCalls(server.otlpUrl, `other ${number}`, ["Hello"])).status).toBe(200);
      times.push(performance.now() - begin);
    }
    expect(times.toSorted((a, b) => a - b)[10]).toBeLessThan(250);
    const begin = performance.now();
    await server.stop();
    expect(performance.now() - begin).toBeLessThan(4000);
  });

  test("with garbage gives no score, and the rules' judgement is shown", async () => {
    const { server } = await startWithEndpoint(
      answerWith(200, { choices: [{ message: { role: "assistant", content: "score: 10/10" } }] }),
    );
    await sendModelCalls(server.otlpUrl, "garbage", ["Hello"]);
    const [id = ""] = await sessionIds(server, 1);
    const session = await server.waitForSession(id);
    expect(session.turns[0]?.judgement).toMatchObject({ judge: { name: "rules" } });
    expect(session.trajectory).toMatchObject({ judge: { name: "rules" } });
    expect(session.error).toMatch(/^llm judge: /);
  });
});

describe("without an API key", () => {
  test("the llm judge is off and says why", async () => {
    const server = await startTestServer();
    cleanUp.push(() => server.stop());
    expect(server.judges).toMatchObject([
      { name: "rules" },
      { name: "llm", off: expect.stringContaining("TURNWISE_LLM_API_KEY") as unknown },
    ]);
    expect(server.judges[0]).not.toHaveProperty("off");
  });
});
