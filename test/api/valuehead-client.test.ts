/** Is the client of these tests as strict and as odd as ValueHead's? The vectors of the reference on the four seeds, 1.5 and 1.8. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  AuthenticationError,
  createValueHeadClient,
  EvaluationTimeoutError,
  NotFoundError,
  readJudgementEvents,
  sessionDetail,
  sessionList,
  StreamingError,
  submitResult,
  ValueHeadError,
} from "./valuehead-client.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A server that notes what it is asked, and answers as told. */
async function scripted(answer: (response: ServerResponse, seen: Seen) => void) {
  const seen: Seen[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url = "", headers } = request;
    const one = { method, url, headers, body: await textOf(request) };
    seen.push(one);
    answer(response, one);
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { seen, client: createValueHeadClient({ baseUrl: `http://127.0.0.1:${port}///`, apiKey: "vh_invented" }) };
}

const json = (status: number, body: unknown) => (response: ServerResponse) =>
  void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
const pending = { session_id: "s", status: "pending", transcript_preview: null };
const detail = { id: "s", status: "running", created_at: "2026-05-01T10:00:00Z", total_turns: 1 };

describe("VH-24 the client's requests", () => {
  it("leave out what is empty (VHv1)", async () => {
    const { seen, client } = await scripted(json(201, pending));
    await client.submit([{ role: "user", content: "hi" }], { metadata: {}, instructions: "", evaluateSafety: false });
    await client.submit([], { metadata: { a: 1 }, instructions: "x", evaluateSafety: true });
    expect(seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { messages: [{ role: "user", content: "hi" }] },
      { messages: [], metadata: { a: 1 }, instructions: "x", evaluate_safety: true },
    ]);
    expect(seen[0]).toMatchObject({ url: "/api/v1/traces", headers: { "x-api-key": "vh_invented" } });
  });

  it("always send both numbers of a list, all four fields of a stream, and nothing at its close", async () => {
    const { seen, client } = await scripted((response, { url }) =>
      url.endsWith("streaming") ? json(201, pending)(response) : json(200, url.includes("?") ? {} : pending)(response),
    );
    await client.list();
    await client.list(0);
    await (await client.open()).close();
    expect(seen.map(({ url }) => url)).toEqual([
      "/api/v1/traces?limit=50&offset=0",
      "/api/v1/traces?limit=0&offset=0",
      "/api/v1/traces/streaming",
      "/api/v1/traces/s/close",
    ]);
    expect(Object.keys(JSON.parse(seen[2]?.body ?? "") as object)).toEqual([
      "initial_messages",
      "metadata",
      "instructions",
      "evaluate_safety",
    ]);
    expect([seen[3]?.body, seen[3]?.headers["content-type"]]).toEqual(["", undefined]);
  });

  it("are one for two closes (VHv15), and none for an append after it", async () => {
    const { seen, client } = await scripted((response, { url }) =>
      json(url.endsWith("streaming") ? 201 : 200, pending)(response),
    );
    const session = await client.open();
    await session.close();
    expect(await session.close()).toEqual({ session_id: "s", status: "closing" });
    await expect(session.append([])).rejects.toThrow(StreamingError);
    expect(seen).toHaveLength(2);
  });

  it.each([
    [{ pollSeconds: 0.2, timeoutSeconds: 0.3 }, 2],
    [{ pollSeconds: 0.2, timeoutSeconds: 0 }, 0],
  ])(
    "are, waiting with %j for what never ends, %i, and then an error without a status (VHv13)",
    async (options, count) => {
      const { seen, client } = await scripted(json(200, detail));
      let now = 0;
      const clock = { now: () => now, sleep: async (seconds: number) => void (now += seconds) };
      const error: unknown = await client.wait("s", { ...options, clock }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(EvaluationTimeoutError);
      expect([(error as EvaluationTimeoutError).statusCode, seen.length]).toEqual([undefined, count]);
    },
  );
});

describe("VH-25 the client's errors", () => {
  const types = [
    [401, AuthenticationError],
    [403, AuthenticationError],
    [404, NotFoundError],
    [413, ValueHeadError],
    [422, ValueHeadError],
    [429, ValueHeadError],
    [500, ValueHeadError],
    [503, ValueHeadError],
  ] as const;

  it.each(types)("of %i are of their type (VHv5)", async (status, type) => {
    const { client } = await scripted(json(status, { detail: "why" }));
    const error: unknown = await client.get("s").catch((thrown: unknown) => thrown);
    expect((error as Error).constructor).toBe(type);
    expect((error as ValueHeadError).statusCode).toBe(status);
    expect((error as Error).message.includes("why")).toBe(status !== 404);
    await expect(client.open()).rejects.toBeInstanceOf(StreamingError);
  });

  it("are thrown by streams for every status but the one they want", async () => {
    const { client } = await scripted(json(200, pending));
    await expect(client.open()).rejects.toMatchObject({ statusCode: 200 });
  });

  it("do not follow redirects: their body is read as a success", async () => {
    const { seen, client } = await scripted((response) => void response.writeHead(307, { location: "/x" }).end("{}"));
    await expect(client.submit([])).rejects.not.toBeInstanceOf(ValueHeadError);
    expect(seen).toHaveLength(1);
  });
});

describe("the client's models", () => {
  const judgement = { turn: 1, score: 1, turn_reasoning: "", user_summary: "", user_content: "", tool_calls: [] };
  const trajectory = { score: 1, reasoning: "", completed: true, early_termination: false, failures: [] };
  const takes = (change: object): boolean => sessionDetail.safeParse({ ...detail, ...change }).success;

  it.each<[string, object, boolean]>([
    ["a number as id", { id: 5 }, false],
    ["a number as status", { status: 5 }, false],
    ["a number as time", { created_at: 5 }, false],
    ["turns as 1.0 or as text", { total_turns: "3" }, true],
    ["turns of null", { total_turns: null }, false],
    ["no judgements", {}, true],
    ["judgements of null", { judgements: null }, false],
    ["judgements in a list", { judgements: [] }, false],
    ["a judgement without its turn", { judgements: { 1: { score: 1 } } }, false],
    ["a score as text", { judgements: { 1: { ...judgement, score: "1" } } }, true],
    ["half a score", { judgements: { 1: { ...judgement, score: 0.5 } } }, false],
    ["a score of null", { judgements: { 1: { ...judgement, score: null } } }, false],
    ["a text of null", { judgements: { 1: { ...judgement, assistant_content: null } } }, false],
    ["tool calls of null", { judgements: { 1: { ...judgement, tool_calls: null } } }, false],
    [
      "a call's content as an object",
      { judgements: { 1: { ...judgement, tool_calls: [{ call_content: {} }] } } },
      false,
    ],
    ["half a trajectory's score (VHv7)", { trajectory: { ...trajectory, score: 0.5 } }, false],
    ["a trajectory's score of 1.0 (VHv7)", { trajectory: { ...trajectory, score: 1.0 } }, true],
    ["no trajectory", { trajectory: null }, true],
    ["failures of null", { trajectory: { ...trajectory, failures: null } }, false],
    ["no error", { error: null }, true],
    ["metadata of null", { metadata: null }, false],
    ["a summary of null", { summary: null }, false],
    ["a summary without a trajectory", { summary: { trajectory_score: null } }, true],
    ["fields that it does not know", { news: 1 }, true],
  ])("%s", (_what, change, isTaken) => {
    expect(takes(change)).toBe(isTaken);
  });

  it("fill in what lists and submissions leave out", () => {
    expect(sessionList.parse({})).toEqual({ sessions: [], total: 0, count: 0 });
    expect(submitResult.safeParse({ session_id: "s", status: "pending" }).success).toBe(true);
  });
});

describe("the client's reading of events", () => {
  const judgement = (turn: number) => `{"session_id":"s","turn":${turn},"judgements":{"${turn}":{}}}`;
  async function turnsOf(lines: readonly string[]): Promise<readonly number[]> {
    const turns: number[] = [];
    for await (const { turn } of readJudgementEvents(lines)) turns.push(turn);
    return turns;
  }

  it.each<[string, readonly string[], readonly number[]]>([
    ["a frame", ["event: judgement", `data: ${judgement(1)}`, ""], [1]],
    ["comments are skipped (VHv11)", [": ping", "event: judgement", ": ping", `data: ${judgement(1)}`], [1]],
    ["ids and retries are skipped", ["id: 1", "event: judgement", "retry: 5", `data: ${judgement(1)}`], [1]],
    ["blank lines end nothing", ["event: judgement", "", "", `data: ${judgement(1)}`], [1]],
    ["data before its event is dropped", [`data: ${judgement(1)}`, "event: judgement", `data: ${judgement(2)}`], [2]],
    ["a second data line is dropped", ["event: judgement", `data: ${judgement(1)}`, `data: ${judgement(2)}`], [1]],
    ["other events are dropped", ["event: update", `data: ${judgement(1)}`], []],
    ["data over two lines is dropped", ["event: judgement", 'data: {"turn":1,', 'data: "judgements":{}}'], []],
    ["done ends", ["event: done", "data: {}", "event: judgement", `data: ${judgement(1)}`], []],
    ["error ends, silently", ["event: error", "data: {}", "event: judgement", `data: ${judgement(1)}`], []],
    [
      "done without data does not end (VHv9)",
      ["event: done", "data: ", "event: judgement", `data: ${judgement(1)}`],
      [1],
    ],
    [
      "done with what is no JSON does not end",
      ["event: done", "data: bye", "event: judgement", `data: ${judgement(1)}`],
      [1],
    ],
  ])("%s", async (_what, lines, turns) => {
    expect(await turnsOf(lines)).toEqual(turns);
  });

  it("a turn of null and a list are exceptions; a bare judgement has no judgements", async () => {
    for (const data of ['{"turn":null}', "[]"])
      await expect(turnsOf(["event: judgement", `data: ${data}`])).rejects.toThrow("nvalid input");
    for await (const { judgements } of readJudgementEvents(["event: judgement", 'data: {"turn":1,"score":1}']))
      expect(judgements).toEqual({});
  });
});
