/** Whatever becomes of judging, ingest goes on and the other judges judge. */
import { createServer, type RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { portOf } from "../support/port-of.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

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

describe("a judge that fails", () => {
  test("with a wrong key is paused and says so; sessions complete with what the rules said", async () => {
    const refusal = { error: { message: "Incorrect API key provided: sk-secret", code: "invalid_api_key" } };
    const { server, asked } = await startWithEndpoint(answerWith(401, refusal));
    expect((await sendModelCalls(server.otlpUrl, "one", ["Hello"])).status).toBe(200);
    const [one = ""] = await sessionIds(server, 1);
    const session = await server.waitForSession(one);
    expect(session.error).toMatch(/^llm judge: /);
    expect(session.turns[0]?.judgement).toMatchObject({ judge: { name: "rules" } });
    const askedBefore = asked();
    expect((await sendModelCalls(server.otlpUrl, "two", ["Hello"])).status).toBe(200);
    for (const id of await sessionIds(server, 2)) await server.waitForSession(id);
    expect(asked()).toBe(askedBefore);
    for (let tries = 0; tries < 100 && (await server.metric("turnwise_judges_paused")) === 0; tries++) await sleep(25);
    expect(await server.metric("turnwise_judges_paused")).toBe(1);
    const told = server.logger.lines.filter(({ message }) => message.includes("paused"));
    expect(told).toMatchObject([{ level: "warn", fields: { judge: "llm" } }]);
    expect(JSON.stringify(server.logger.lines)).not.toContain("sk-test");
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
