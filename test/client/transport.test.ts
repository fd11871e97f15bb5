/** The client's requests, against a server that answers as it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import {
  AuthenticationError,
  ConflictError,
  ConnectionError,
  EvaluationTimeoutError,
  InvalidRequestError,
  NotFoundError,
  RateLimitError,
  ServerError,
  Turnwise,
  TurnwiseError,
  type TurnwiseOptions,
} from "../../client/src/index.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** Answers each request in turn; the last answer is given again and again. */
async function serve(...answers: readonly Answer[]) {
  const requests: { method?: string | undefined; url?: string | undefined; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer((request, response) => {
    requests.push({ method: request.method, url: request.url, headers: request.headers });
    request.resume();
    answers[Math.min(requests.length, answers.length) - 1]?.(request, response, requests.length);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { requests, client: (options: TurnwiseOptions = {}) => new Turnwise({ baseUrl, ...options }) };
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

const soon = { "retry-after": "0" };
const failed = (status: number): Answer => json(status, { detail: `it is ${status}`, code: "some_code" });

describe("an error", () => {
  it.each([
    [400, InvalidRequestError],
    [401, AuthenticationError],
    [403, AuthenticationError],
    [404, NotFoundError],
    [409, ConflictError],
    [413, InvalidRequestError],
    [422, InvalidRequestError],
    [429, RateLimitError],
    [500, ServerError],
    [504, ServerError],
  ])("VH-25 of status %i has a class of its own, and says what the server said", async (status, ErrorClass) => {
    const { client } = await serve(failed(status));
    const error = await client({ maxRetries: 0 })
      .get("a")
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ErrorClass);
    expect(error).toBeInstanceOf(TurnwiseError);
    expect(error).toMatchObject({ status, code: "some_code", message: `it is ${status}`, path: "/traces/a" });
  });

  it("is one too when somebody else answers", async () => {
    const { client } = await serve((_request, response) => response.writeHead(200).end("<html>hello</html>"));
    await expect(client().get("a")).rejects.toMatchObject({
      code: "answer_unexpected",
      status: 200,
      path: "/traces/a",
    });
  });

  it("says where nobody answers", async () => {
    const client = new Turnwise({ baseUrl: "http://127.0.0.1:9", maxRetries: 0 });
    const error = await client.get("a").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      code: "connection_failed",
      message: "no server answers at http://127.0.0.1:9",
      path: "/traces/a",
    });
  });

  it.each(["ftp://x", "nowhere", ""])("names a base URL that is none: %j", (baseUrl) => {
    expect(() => new Turnwise({ baseUrl: baseUrl || "x" })).toThrow(/not an http URL/);
  });

  it("is one at once when the key is none, which nobody is asked about", async () => {
    const { client, requests } = await serve(json(200, {}));
    expect(() => client({ apiKey: "vh_sécret" })).toThrow(AuthenticationError);
    expect(() => client({ apiKey: "vh_sécret" })).not.toThrow(/sécret/);
    expect(requests).toHaveLength(0);
  });

  it("never holds the key", async () => {
    const { client } = await serve(failed(401));
    const error: unknown = await client({ apiKey: "vh_secret" })
      .get("a")
      .catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error) + String(error) + String((error as Error).stack)).not.toContain("vh_secret");
  });
});

describe("a request", () => {
  it("carries the key, and does not follow where a redirect leads", async () => {
    const { client, requests } = await serve((_request, response) =>
      response.writeHead(307, { location: "/elsewhere" }).end(),
    );
    await expect(client({ apiKey: "vh_k", maxRetries: 0 }).get("a/b")).rejects.toBeInstanceOf(ConnectionError);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ url: "/api/v1/traces/a%2Fb", headers: { authorization: "Bearer vh_k" } });
  });

  it("is sent again, under the same idempotency key, while the server is busy", async () => {
    const { client, requests } = await serve(json(503, {}, soon), failed(502), json(201, { session_id: "s" }));
    const { session_id } = await client().submit({ messages: [{ role: "user", content: "hi" }] });
    expect(session_id).toBe("s");
    expect(requests).toHaveLength(3);
    expect(new Set(requests.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  });

  it("is not sent again when nobody knows whether it was done, and twice is not once", async () => {
    const { client, requests } = await serve(failed(502));
    await expect(client().auth.rotateKey()).rejects.toBeInstanceOf(ServerError);
    expect(requests).toHaveLength(1);
  });

  it("is not sent again when it was wrong, or when the account is full", async () => {
    for (const status of [400, 404, 429]) {
      const { client, requests } = await serve(failed(status));
      await expect(client().get("a")).rejects.toMatchObject({ status });
      expect(requests).toHaveLength(1);
    }
  });

  it("ends at its time limit, and when its signal says so, also while the answer comes", async () => {
    const { client } = await serve((_request, response) => response.writeHead(200).write("{"));
    await expect(client({ timeoutMs: 50, maxRetries: 0 }).get("a")).rejects.toMatchObject({ code: "timed_out" });
    const reason = new Error("enough");
    const aborting = client().get("a", { signal: AbortSignal.timeout(50) });
    await expect(aborting).rejects.toMatchObject({ name: "TimeoutError" });
    await expect(client().get("a", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("VH-24 waiting", () => {
  const state = (status: string): Answer => json(200, { id: "a", status });

  it.each(["completed", "failed"])("looks first, and ends with what is %s", async (status) => {
    const { client, requests } = await serve(state("pending"), state("running"), state(status));
    expect(await client().wait("a", { pollMs: 1 })).toMatchObject({ status });
    expect(requests).toHaveLength(3);
  });

  it("without time asks nothing", async () => {
    const { client, requests } = await serve(state("pending"));
    await expect(client().wait("a", { waitMs: 0 })).rejects.toBeInstanceOf(EvaluationTimeoutError);
    expect(requests).toHaveLength(0);
  });

  it("ends with an error of its own, without a last look", async () => {
    const { client, requests } = await serve(state("closing"));
    const error = await client()
      .wait("a", { pollMs: 200, waitMs: 300 })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EvaluationTimeoutError);
    expect(requests).toHaveLength(2);
  });
});

describe("following", () => {
  const frame = (id: string, event: string, data: object): string =>
    `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

  it("goes on where the connection broke", async () => {
    const { client, requests } = await serve(
      (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(frame("i1", "judgement", { turn: 1 }), () => response.destroy());
      },
      (_request, response) =>
        response.writeHead(200).end(frame("i2", "judgement", { turn: 2 }) + frame("i3", "done", {})),
    );
    const turns: number[] = [];
    for await (const { turn } of client().stream("a")) turns.push(turn);
    expect(turns).toEqual([1, 2]);
    expect(requests.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "i1"]);
  });

  it("ends with what the server says went wrong", async () => {
    const { client } = await serve((_request, response) =>
      response.writeHead(200).end(frame("", "error", { detail: "it is gone", code: "not_found" })),
    );
    const events = client().stream("a");
    await expect(events.next()).rejects.toMatchObject({ code: "not_found", message: "it is gone" });
  });

  it.each([
    ["unauthenticated", AuthenticationError],
    ["account_suspended", AuthenticationError],
    ["not_found", NotFoundError],
    ["internal", TurnwiseError],
  ])("ends with the class of error that the server's word is of: %s", async (code, ErrorClass) => {
    const { client } = await serve((_request, response) =>
      response.writeHead(200).end(frame("", "error", { detail: "no", code })),
    );
    const failure = client().stream("a").next();
    await expect(failure).rejects.toBeInstanceOf(ErrorClass);
    await expect(failure).rejects.toHaveProperty("name", ErrorClass.name);
  });

  it("closes the connection when nobody reads on", async () => {
    let closed = false;
    const { client } = await serve((_request, response) => {
      response.writeHead(200).write(frame("i1", "judgement", { turn: 1 }));
      response.on("close", () => (closed = true));
    });
    for await (const _ of client().stream("a")) break;
    await expect.poll(() => closed).toBe(true);
  });
});

describe("a streaming session", () => {
  it("VHv15 is closed once, however often it is asked to, and then takes no more", async () => {
    const { client, requests } = await serve(json(201, { session_id: "s" }), json(200, {}));
    const session = await client().streaming();
    await Promise.all([session.close(), session.close()]);
    await session.close();
    expect(requests.map(({ url }) => url)).toEqual(["/api/v1/traces/streaming", "/api/v1/traces/s/close"]);
    await expect(session.append([])).rejects.toBeInstanceOf(ConflictError);
  });

  it("sends what is appended again when no answer came, under the same key, and another one under another", async () => {
    const { client, requests } = await serve(json(201, { session_id: "s" }), failed(502), json(200, {}), json(200, {}));
    const session = await client().streaming();
    await session.append([{ role: "user", content: "a" }]);
    await session.append([{ role: "user", content: "b" }]);
    await session.append([{ role: "user", content: "c" }], { idempotencyKey: "mine" });
    const [, first, again, second, own] = requests.map(({ headers }) => headers["idempotency-key"]);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect([again, own]).toEqual([first, "mine"]);
    expect(second).not.toBe(first);
  });

  it("sends what is appended one after the other, and closes after the last", async () => {
    let inFlight = 0;
    let most = 0;
    const { client, requests } = await serve(json(201, { session_id: "s" }), (_request, response) => {
      most = Math.max(most, (inFlight += 1));
      setTimeout(() => {
        inFlight -= 1;
        response.end("{}");
      }, 10);
    });
    const session = await client().streaming();
    const appended = [1, 2, 3].map(async (n) => session.append([{ role: "user", content: String(n) }]));
    await session.close();
    await Promise.all(appended);
    expect(most).toBe(1);
    expect(requests.at(-1)?.url).toBe("/api/v1/traces/s/close");
  });
});

describe("an evaluation", () => {
  const run = { run_id: "r1", status: "completed", items: [] };
  const job = (status: string) => ({ job_id: "r1", job_type: "evaluation", status, result: null, error: null });

  it("is sent again under one key when its connection breaks, so that it is made and paid for once", async () => {
    const { client, requests } = await serve((_request, response) => response.destroy(), json(200, run));
    expect(await client().evaluations.evaluate({ dataset: [], metrics: ["contains"] })).toEqual(run);
    const keys = requests.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), keys[0]]);
  });

  it("of OTLP is not sent again: nobody knows whether it was begun", async () => {
    const { client, requests } = await serve((_request, response) => response.destroy());
    const body = new Blob(["{}"], { type: "application/json" });
    await expect(client().evaluations.evaluateOtlp(body, {})).rejects.toBeInstanceOf(ConnectionError);
    expect(requests).toHaveLength(1);
  });

  it("is waited for also when too many look at the same time", async () => {
    const busy = json(429, { detail: "too many", code: "rate_limited" }, { "retry-after": "0" });
    const { client } = await serve(busy, busy, json(200, job("completed")));
    expect(await client({ maxRetries: 0 }).evaluations.job("r1").wait({ pollIntervalMs: 1 })).toMatchObject({
      status: "completed",
    });
    const { client: slow } = await serve(
      json(429, { detail: "too many", code: "rate_limited" }, { "retry-after": "60" }),
    );
    await expect(slow().evaluations.job("r1").wait({ timeoutMs: 30 })).rejects.toBeInstanceOf(EvaluationTimeoutError);
  });

  it("that is listed is so once, though one that was started meanwhile moves it to the next page", async () => {
    const page = (...ids: string[]) => json(200, { runs: ids.map((id) => ({ run_id: id })) });
    const { client } = await serve(page("b", "a"), page("a", "z"), page());
    const found: string[] = [];
    for await (const { run_id: id } of client().runs.iterate({ page_size: 2 })) found.push(id);
    expect(found).toEqual(["b", "a", "z"]);
  });
});
