import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountsWith } from "./account-caller.ts";
import { type ApiServer, ask, startApi } from "./api-server.ts";
import { submitResult } from "./valuehead-client.ts";

const user = (content: unknown) => ({ role: "user", content });
const calling = (number: number) => ({
  role: "assistant",
  tool_calls: Array.from({ length: number }, () => ({ function: { name: "f", arguments: "{}" } })),
});

let api: ApiServer;
beforeEach(async () => {
  api = await startApi({ authenticator: accountsWith({ maxTraces: 3, maxToolCalls: 4, maxCharacters: 200 }) });
});
afterEach(async () => api.close());

const submit = async (body: object) => ask(api, "/api/v1/traces", { body });
const statusAndCode = async (asked: ReturnType<typeof ask>) => {
  const { status, json } = await asked;
  return [status, json?.code];
};
const stored = async () => api.store.countSessions({ project: "default", limit: 1 });

describe("VH-22 the limits of an account", () => {
  it("are answered with statuses that no client takes for an error of authentication, and nothing is stored", async () => {
    expect(await statusAndCode(submit({ messages: [user("x".repeat(201))] }))).toEqual([413, "trace_too_large"]);
    expect(await statusAndCode(submit({ messages: [calling(5)] }))).toEqual([422, "too_many_tool_calls"]);
    expect(await stored()).toBe(0);
    for (let n = 0; n < 3; n++) expect((await submit({ messages: [user("hi")] })).status).toBe(201);
    expect(await statusAndCode(submit({ messages: [user("hi")] }))).toEqual([429, "trace_limit_reached"]);
    expect(await stored()).toBe(3);
  });

  it("count characters of all texts and parts, and tool calls in whatever way they are written", async () => {
    const parts = [{ type: "text", text: "x".repeat(200) }];
    expect(await statusAndCode(submit({ messages: [user(parts)] }))).toEqual([413, "trace_too_large"]);
    expect(await statusAndCode(submit({ messages: [user("x")], metadata: { a: "x".repeat(200) } }))).toEqual([
      413,
      "trace_too_large",
    ]);
    for (const metadata of [{ ["k".repeat(200)]: 1 }, { numbers: Array.from({ length: 100 }, () => 123) }])
      expect(await statusAndCode(submit({ messages: [user("x")], metadata }))).toEqual([413, "trace_too_large"]);
    expect((await submit({ messages: [user("x".repeat(200))], metadata: {} })).status).toBe(201);
    const roomy = await startApi({ authenticator: accountsWith({ maxToolCalls: 4 }) });
    const content = '<tool_call>{"name":"x"}</tool_call>'.repeat(3);
    const sent = async (calls: number) =>
      (await ask(roomy, "/api/v1/traces", { body: { messages: [{ role: "assistant", content }, calling(calls)] } }))
        .status;
    expect([await sent(1), await sent(2)]).toEqual([201, 422]);
    await roomy.close();
  });

  it("hold for requests that come together, and a deleted trace makes room", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, async () => submit({ messages: [user("hi")] })));
    const taken = answers.filter(({ status }) => status === 201);
    expect([taken.length, answers.filter(({ status }) => status === 429).length]).toEqual([3, 9]);
    const { session_id } = submitResult.parse(taken[0]?.json);
    await ask(api, `/api/v1/traces/${session_id}`, { method: "DELETE" });
    expect((await submit({ messages: [user("hi")] })).status).toBe(201);
  });

  it("hold for the whole of a session that is added to", async () => {
    const opened = await ask(api, "/api/v1/traces/streaming", {
      body: { initial_messages: [user("x".repeat(80)), calling(2)] },
    });
    const add = async (...messages: object[]) =>
      statusAndCode(ask(api, `/api/v1/traces/${opened.json?.session_id}/messages`, { body: { messages } }));
    expect(await add(user("x".repeat(120)))).toEqual([413, "trace_too_large"]);
    expect(await add(calling(3))).toEqual([422, "too_many_tool_calls"]);
    expect(await add(user("x"))).toEqual([200, undefined]);
  });

  it("are another project's own", async () => {
    for (let n = 0; n < 3; n++) await submit({ messages: [user("hi")] });
    const headers = { "x-api-key": "other" };
    expect((await ask(api, "/api/v1/traces", { headers, body: { messages: [user("hi")] } })).status).toBe(201);
  });
});
