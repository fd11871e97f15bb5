/** The main job, end to end: spans over real HTTP, from a real SDK, become judged sessions. */
import { afterEach, describe, expect, test } from "vitest";
import { type Agent, createAgent } from "../support/agent.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/server.ts";

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.stop();
});

async function startWithAgent(options: TestServerOptions = {}): Promise<{ server: TestServer; agent: Agent }> {
  const server = await startTestServer(options);
  open.push(server);
  const agent = createAgent(server.otlpUrl);
  open.push({ stop: () => agent.shutdown() });
  return { server, agent };
}

/** The only session that the server lists, once it lists one. */
async function onlySession(server: TestServer): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const sessions = await server.sessions();
    if (sessions.length === 1) return sessions[0]!.id;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not one session: ${JSON.stringify(await server.sessions())}`);
}

const judgedByRules = 'turnwise_judgements{judge="rules",outcome="judged"}';

describe("an agent's spans", () => {
  test("over gRPC and over HTTP become one session", async () => {
    const { server, agent } = await startWithAgent();
    const overGrpc = createAgent(server.otlpGrpcUrl ?? "");
    open.push({ stop: () => overGrpc.shutdown() });
    agent.callModel({ conversationId: "c-1", said: ["Hello"], reply: "Hi" });
    overGrpc.callModel({ conversationId: "c-1", said: ["Hello", "Hi", "What is 2 + 2?"], reply: "4" });
    await Promise.all([agent.flush(), overGrpc.flush()]);
    const session = await server.waitForSession(await onlySession(server));
    expect(session.turns.map(({ user_content }) => user_content)).toEqual(["Hello", "What is 2 + 2?"]);
    expect(await server.metric('otelcol_receiver_accepted_spans{receiver="otlp",transport="grpc"}')).toBe(1);
  });

  test("become a judged session", async () => {
    const { server, agent } = await startWithAgent();
    agent.callModel({ conversationId: "c-1", said: ["Hello"], reply: "Hi, how can I help?" });
    agent.callModel({
      conversationId: "c-1",
      said: ["Hello", "Hi, how can I help?", "What is 2 + 2?"],
      reply: "2 + 2 is 4.",
    });
    await agent.flush();
    const session = await server.waitForSession(await onlySession(server));
    expect(session).toMatchObject({
      conversation_id: "c-1",
      source: "otlp",
      status: "completed",
      error: null,
      models: ["test-model"],
      total_turns: 2,
      summary: { total_turns: 2, judged_turns: 2 },
    });
    expect(session.turns.map(({ user_content, assistant_content }) => [user_content, assistant_content])).toEqual([
      ["Hello", "Hi, how can I help?"],
      ["What is 2 + 2?", "2 + 2 is 4."],
    ]);
    for (const { judgement } of session.turns) expect(judgement).toMatchObject({ judge: { name: "rules" } });
    expect(session.trajectory).toMatchObject({ judge: { name: "rules" } });
    expect(await server.metric('otelcol_receiver_accepted_spans{receiver="otlp",transport="http"}')).toBe(2);
    expect(await server.metric('otelcol_exporter_sent_spans{exporter="store"}')).toBe(2);
  });

  test("that come late have only the changed turns judged again", async () => {
    const { server, agent } = await startWithAgent();
    agent.callModel({ conversationId: "late", said: ["One"], reply: "1" });
    agent.callModel({ conversationId: "late", said: ["One", "1", "Two"], reply: "2" });
    await agent.flush();
    const id = await onlySession(server);
    const first = await server.waitForSession(id);
    expect(await server.metric(judgedByRules)).toBe(3);

    agent.callModel({ conversationId: "late", said: ["One", "1", "Two", "2", "Three"], reply: "3" });
    await agent.flush();
    const second = await server.waitForSession(id, ({ status, turns }) => status === "completed" && turns.length === 3);
    expect(second.revision).toBeGreaterThan(first.revision);
    expect(second.summary).toMatchObject({ total_turns: 3, judged_turns: 3 });
    expect(await server.metric(judgedByRules)).toBe(5); // the new turn and the trajectory
  });

  test("of a closed session are judged at once", async () => {
    const { server, agent } = await startWithAgent({ env: { TURNWISE_IDLE_TIMEOUT: "10m" } });
    agent.callModel({ conversationId: "closed", said: ["Bye"], reply: "Bye!" });
    await agent.flush();
    const id = await onlySession(server);
    expect(await server.metric(judgedByRules)).toBe(0);
    const begin = performance.now();
    expect((await server.api(`/sessions/${id}/close`, "POST")).status).toBe(202);
    await server.waitForSession(id);
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  test("without an id find the session that they continue, and both ids lead there", async () => {
    const { server, agent } = await startWithAgent();
    agent.callModel({ said: ["Where is order 7?"], reply: "It is on its way." });
    await agent.flush();
    const first = await server.waitForSession(await onlySession(server));
    expect(first.total_turns).toBe(1);

    agent.callModel({ said: ["Where is order 7?", "It is on its way.", "And order 8?"], reply: "Delivered." });
    await agent.flush();
    const all = await server.sessions();
    const joined = await server.waitForSession(
      first.id,
      ({ status, turns }) => status === "completed" && turns.length === 2,
    );
    expect(joined.turns.map(({ user_content }) => user_content)).toEqual(["Where is order 7?", "And order 8?"]);
    expect(await server.sessions()).toHaveLength(1);
    for (const { id } of all) expect((await server.waitForSession(id)).id).toBe(joined.id);
  });

  test("that are no agent's make no session", async () => {
    const { server, agent } = await startWithAgent();
    const response = await fetch(`${server.otlpUrl}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: "0af7651916cd43dd8448eb211c80319c",
                    spanId: "b7ad6b7169203331",
                    name: "GET /",
                    kind: 2,
                    startTimeUnixNano: "1",
                    endTimeUnixNano: "2",
                  },
                ],
              },
            ],
          },
        ],
      }),
    });
    expect(response.status).toBe(200);
    agent.callModel({ conversationId: "agent", said: ["Hello"], reply: "Hi" });
    await agent.flush();
    const processed = 'turnwise_sessions_processed{outcome="completed"}';
    for (let tries = 0; tries < 200 && (await server.metric(processed)) < 2; tries++)
      await new Promise((resolve) => setTimeout(resolve, 25));
    expect(await server.metric(processed)).toBe(2);
    expect((await server.sessions()).map(({ status }) => status)).toEqual(["completed"]);
  });
});
