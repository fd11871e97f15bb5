import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { batchResultSchema } from "../../src/api/valuehead-contract.ts";
import { accountsWith } from "./account-caller.ts";
import { type ApiServer, ask, startApi } from "./api-server.ts";

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => api.close());

const user = (content: unknown) => ({ role: "user", content });
const send = async (body: unknown, to = api) => ask(to, "/api/v1/traces/batch", { body });
const stored = async () => api.store.countSessions({ project: "default", limit: 1 });
const resultsOf = ({ json }: { json: unknown }) => batchResultSchema.parse(json).results;
const idsOf = (results: ReturnType<typeof resultsOf>) =>
  results.map((result) => ("session_id" in result ? result.session_id : result.error.code));

describe("VH-4 a batch", () => {
  it("takes each trace as a submission, in order", async () => {
    const traces = [
      { messages: [user("first")], metadata: { n: 1 } },
      { messages: [user("second")], instructions: "strict", evaluate_safety: true, tools: [{ name: "f" }] },
    ];
    const answer = await send({ traces });
    expect(answer.status).toBe(201);
    const results = resultsOf(answer);
    expect(results).toMatchObject([{ status: "pending" }, { status: "pending", transcript_preview: null }]);
    const facts = await Promise.all(idsOf(results).map(async (id) => api.store.readFacts({ project: "default", id })));
    expect(facts.map(({ messages }) => messages[0]?.content)).toEqual(["first", "second"]);
  });

  it("has an error in the place of each trace that is wrong, and takes the others", async () => {
    const before = await stored();
    const traces = [
      { messages: [user("good")] },
      { messages: [] },
      5,
      null,
      { messages: [user("x")], judge: "me" },
      { messages: [{ role: "human" }] },
      { messages: [user("good")] },
    ];
    const results = resultsOf(await send({ traces }));
    expect(results.map((result) => ("error" in result ? result.error.status : 201))).toEqual([
      201, 400, 400, 400, 400, 400, 201,
    ]);
    expect(results[1]).toEqual({
      error: { detail: '"messages": needs at least one message', code: "invalid_request", status: 400 },
    });
    expect(JSON.stringify(results[5])).toContain("messages.0.role");
    expect(await stored()).toBe(before + 2);
  });

  it("counts each trace against the account's limits", async () => {
    const limited = await startApi({ authenticator: accountsWith({ maxTraces: 2, maxCharacters: 10 }) });
    const traces = ["a", "x".repeat(11), "b", "c"].map((text) => ({ messages: [user(text)] }));
    const results = resultsOf(await send({ traces }, limited));
    expect(results).toMatchObject([
      { status: "pending" },
      { error: { status: 413, code: "trace_too_large" } },
      { status: "pending" },
      { error: { status: 429, code: "trace_limit_reached" } },
    ]);
    await limited.close();
  });

  it.each<[string, unknown]>([
    ["no traces", {}],
    ["an empty list", { traces: [] }],
    ["more than a hundred", { traces: Array.from({ length: 101 }, () => ({ messages: [user("x")] })) }],
    ["a field nobody knows", { traces: [{ messages: [user("x")] }], judge: "me" }],
    ["traces that are no list", { traces: { messages: [user("x")] } }],
    ["a list without an envelope", [{ messages: [user("x")] }]],
  ])("is refused as a whole with %s", async (_what, body) => {
    const before = await stored();
    const { status, json } = await send(body);
    expect([status, z.object({ detail: z.string() }).safeParse(json).success]).toEqual([400, true]);
    expect(await stored()).toBe(before);
  });

  it("takes a hundred", async () => {
    const traces = Array.from({ length: 100 }, (_, n) => ({ messages: [user(`trace ${n}`)] }));
    expect(new Set(idsOf(resultsOf(await send({ traces })))).size).toBe(100);
  });
});
