/** What a judge did, from its call to whoever asks for it; and that no judge ever judges it. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { Turnwise } from "@turnwise/client";
import { startScriptedModel } from "../../examples/scripted-model.mjs";
import { judgeHelpful } from "../support/scripted-judge.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

const span = z.looseObject({ traceId: z.string(), name: z.string() });
const scopeSpans = z.array(z.looseObject({ scope: z.looseObject({ name: z.string() }), spans: z.array(span) }));
const request = z.strictObject({ resourceSpans: z.array(z.looseObject({ scopeSpans })) });
const spansOf = (body: unknown) =>
  request.parse(body).resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap(({ spans }) => spans));

async function start(): Promise<TestServer> {
  const model = await startScriptedModel(judgeHelpful);
  cleanUp.push(() => model.close());
  const env = { TURNWISE_LLM_API_KEY: "sk-test", TURNWISE_LLM_BASE_URL: model.url };
  const server = await startTestServer({ env });
  cleanUp.push(() => server.stop());
  return server;
}

async function onlySession(server: TestServer): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    const [session] = await server.sessions();
    if (session !== undefined) return session.id;
    await sleep(25);
  }
  throw new Error("there is no session");
}

test("a judgement leads to the spans of the calls that it took, which nobody judges wherever they are sent", async () => {
  const server = await start();
  const turnwise = new Turnwise({ baseUrl: server.apiUrl });
  await sendModelCalls(server.otlpUrl, "traced", ["Hello"]);
  const id = await onlySession(server);
  const { turns, trajectory } = await server.waitForSession(id);
  const traceId = turns[0]?.judgement?.trace_id;
  expect(turns[0]?.judgement?.judge.name).toBe("llm");
  expect([traceId, trajectory?.trace_id]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.any(String)]);

  const all = await turnwise.sessions.judgeSpans(id);
  expect(spansOf(all).map(({ name }) => name)).toEqual([
    "judge trajectory",
    "chat gpt-5.4-mini",
    "judge turn 1",
    "chat gpt-5.4-mini",
  ]);
  const ofTurn = spansOf(await turnwise.sessions.judgeSpans(id, { traceId: traceId ?? "" }));
  expect(ofTurn.map((one) => one.traceId)).toEqual([traceId, traceId]);
  expect(JSON.stringify(all)).not.toContain("Hello");

  const headers = { "content-type": "application/json" };
  const resent = await fetch(`${server.otlpUrl}/v1/traces`, { method: "POST", headers, body: JSON.stringify(all) });
  expect(resent.status).toBe(200);
  await sendModelCalls(server.otlpUrl, "later", ["Hello again"]);
  for (let tries = 0; tries < 500; tries++) {
    const sessions = await server.sessions();
    if (sessions.length === 2 && sessions.every(({ status }) => status === "completed")) break;
    await sleep(25);
  }
  const listed = await server.sessions();
  expect(listed).toHaveLength(2);
  expect(listed.map(({ status }) => status)).toEqual(["completed", "completed"]);
});
