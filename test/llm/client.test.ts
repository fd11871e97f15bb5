import { createServer as createTcpServer, type Server } from "node:net";
import { createServer } from "node:http";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { ScriptedReply, ScriptedRequest } from "../../examples/scripted-model.mjs";
import { createMemoryCache } from "../../src/llm/cache.ts";
import { createLimiter } from "../../src/llm/limiter.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { apiKey, budgetOf, closeAll, createHarness, good, sentBody, sentContent, startHarness } from "./ask-once.ts";

afterEach(closeAll);

async function failureOf(promise: Promise<unknown>): Promise<JudgeError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof JudgeError)) throw new Error(`expected a JudgeError, got ${inspect(error)}`);
  return error;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server does not listen");
  return address.port;
}

const says = (content: string, more: Partial<ScriptedReply> = {}): ScriptedReply => ({
  ...good,
  message: { content },
  ...more,
});
const status = (code: number, error: object = {}, headers: Record<string, string> = {}): ScriptedReply => ({
  status: code,
  headers,
  body: { error: { message: `status ${code}`, ...error } },
});

describe("an answer", () => {
  it("is the value that fits the schema, with usage, cost, model and mode", async () => {
    const { ask, requests } = await startHarness([good], { price: { input: 2, output: 10 } });
    const completion = await ask();
    expect(completion).toEqual({
      value: { reasoning: "it is so", score: 1 },
      usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 0, reasoningTokens: 0 },
      costUsd: 0.0004,
      model: "scripted",
      mode: "json_schema",
      raw: '{"reasoning":"it is so","score":1}',
    });
    expect(requests[0]?.path).toBe("/v1/chat/completions");
    expect(requests[0]?.headers["authorization"]).toBe(`Bearer ${apiKey}`);
    expect(requests[0]?.body).toMatchObject({
      model: "scripted",
      temperature: 0,
      max_completion_tokens: 100,
      messages: [
        { role: "system", content: "You judge." },
        { role: "user", content: "Was it so?" },
      ],
      response_format: { type: "json_schema", json_schema: { name: "verdict", strict: true } },
    });
  });

  it("has no cost when the price is not known", async () => {
    const { ask } = await startHarness([good]);
    expect(await ask()).not.toHaveProperty("costUsd");
  });

  it("has no usage when the endpoint does not count", async () => {
    const { message } = good;
    const body = { choices: [{ message, finish_reason: "stop" }] };
    const { ask } = await startHarness([{ body }], { price: { input: 1, output: 1 } });
    const completion = await ask();
    expect(completion).not.toHaveProperty("usage");
    expect(completion).not.toHaveProperty("costUsd");
  });

  it("is found in prose, code fences and after thinking aloud", async () => {
    const text = 'Hm {"score": 9}.\n```json\n{"reasoning": "a } in a string", "score": -1}\n```\nThat is all {really}.';
    const { ask } = await startHarness([says(text)]);
    expect((await ask()).value).toEqual({ reasoning: "a } in a string", score: -1 });
  });
});

describe("the ladder of modes", () => {
  const modeOf = (request: ScriptedRequest): string => {
    const { response_format: format, tools } = sentBody(request);
    return format?.type ?? (tools === undefined ? "text" : "tool_call");
  };
  const ladder = ["json_schema", "tool_call", "json_object", "text"];

  for (const [position, accepted] of ladder.entries()) {
    for (const refusal of [400, 422]) {
      it(`ends at ${accepted} when all before it are refused with ${refusal}, and stays there`, async () => {
        const { ask, requests } = await startHarness((request) => {
          if (modeOf(request) !== accepted)
            return status(refusal, { message: "unsupported", param: "response_format" });
          if (accepted !== "tool_call") return good;
          return { message: { tool_calls: [{ name: "verdict", arguments: { reasoning: "it is so", score: 1 } }] } };
        });
        expect((await ask()).mode).toBe(accepted);
        expect(requests.map(modeOf)).toEqual(ladder.slice(0, position + 1));
        expect((await ask({ user: "And this?" })).value.score).toBe(1);
        expect(requests.slice(position + 1).map(modeOf)).toEqual([accepted]);
      });
    }
  }

  it("puts the schema into words where the endpoint takes none", async () => {
    const { ask, requests } = await startHarness((request) => (modeOf(request) === "text" ? good : status(400)));
    await ask();
    expect(sentContent(requests.at(-1), 0)).toContain('"enum":[-1,0,1]');
  });

  it("is an error that does not pause when every mode is refused", async () => {
    const { ask, requests } = await startHarness([status(400, { message: "no way" })]);
    expect(await failureOf(ask())).toMatchObject({ code: "bad_request", retryable: false, pausesJudge: false });
    expect(requests.map(modeOf)).toEqual(ladder);
  });

  it("does not go down for a prompt that is too long", async () => {
    const { ask, requests } = await startHarness([status(400, { code: "context_length_exceeded" })]);
    expect(await failureOf(ask())).toMatchObject({ code: "context_too_long", retryable: false });
    expect(requests).toHaveLength(1);
  });

  it("leaves out a temperature and renames an output limit that the model refuses, and remembers", async () => {
    const { ask, requests } = await startHarness((request) => {
      const body = sentBody(request);
      if (body.temperature !== undefined) return status(400, { message: "Unsupported value", param: "temperature" });
      if (body.max_tokens === undefined) return status(422, { message: "max_completion_tokens: extra field" });
      return good;
    });
    expect((await ask()).mode).toBe("json_schema");
    expect(requests).toHaveLength(3);
    await ask({ user: "And this?" });
    expect(requests[3]?.body).toMatchObject({ max_tokens: 100 });
    expect(requests).toHaveLength(4);
  });

  it("stays where it was when one odd request was refused", async () => {
    const { ask, requests } = await startHarness((request) =>
      sentContent(request, 1) === "odd" && modeOf(request) === "json_schema" ? status(400) : good,
    );
    await ask();
    expect((await ask({ user: "odd" })).mode).toBe("tool_call");
    await ask({ user: "even" });
    expect(requests.map(modeOf)).toEqual(["json_schema", "json_schema", "tool_call", "json_schema"]);
  });
});

describe("an answer that does not fit", () => {
  const cases: [string, string][] = [
    ["garbage", "I would say it was fine."],
    ["nothing", ""],
    ["cut JSON", '{"reasoning":"it'],
    ["a score out of range", '{"reasoning":"it is so","score":2}'],
    ["a fractional score", '{"reasoning":"it is so","score":0.5}'],
    ["a score in words", '{"reasoning":"it is so","score":"good"}'],
    ["a missing reason", '{"score":1}'],
    ["an array", "[1]"],
  ];
  for (const [what, content] of cases) {
    it(`is asked for again with the reason: ${what}`, async () => {
      const { ask, requests } = await startHarness([says(content), good]);
      const completion = await ask();
      expect(completion.value.score).toBe(1);
      expect(completion.usage?.inputTokens).toBe(200);
      const { messages } = sentBody(requests[1]);
      expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
      expect(messages[3]?.content).toContain("cannot be used");
    });
  }

  it("is an error after two corrections, never a value", async () => {
    const { ask, requests } = await startHarness([says('{"reasoning":"it is so","score":7}')]);
    const error = await failureOf(ask());
    expect(error).toMatchObject({ code: "invalid_answer", retryable: false, pausesJudge: false });
    expect(error.message).toContain("score");
    expect(requests).toHaveLength(3);
  });

  it("is an error when the model refuses", async () => {
    const { ask, requests } = await startHarness([{ message: { content: null, refusal: "I cannot." } }]);
    expect(await failureOf(ask())).toMatchObject({ code: "refused", retryable: false });
    expect(requests).toHaveLength(1);
  });

  it("is an error when a content filter stopped it", async () => {
    const { ask } = await startHarness([{ ...good, finishReason: "content_filter" }]);
    expect(await failureOf(ask())).toMatchObject({ code: "content_filter", retryable: false });
  });

  it("gets twice the room once when it was cut off", async () => {
    const { ask, requests } = await startHarness([says('{"reasoning":"it', { finishReason: "length" }), good]);
    expect((await ask()).value.score).toBe(1);
    expect(requests.map((request) => sentBody(request).max_completion_tokens)).toEqual([100, 200]);
  });

  it("is an error when it was cut off twice, even if it looks whole", async () => {
    const { ask, requests } = await startHarness([{ ...good, finishReason: "length" }]);
    expect(await failureOf(ask())).toMatchObject({ code: "output_truncated", retryable: false });
    expect(requests).toHaveLength(2);
  });
});

describe("a failing endpoint", () => {
  const transient: [string, ScriptedReply][] = [
    ["500", status(500)],
    ["502 with a page", { status: 502, body: "<html>Bad gateway</html>" }],
    ["503", status(503)],
    ["408", status(408)],
    ["a dropped connection", { drop: true }],
    ["JSON that is not a completion", { body: { hello: "world" } }],
    ["no choices", { body: { choices: [] } }],
    ["a page with status 200", { body: "<html>Welcome to the hotel network</html>" }],
    ["broken JSON", { headers: { "content-type": "application/json" }, body: '{"choices": [' }],
  ];
  for (const [what, reply] of transient) {
    it(`is asked again after ${what}`, async () => {
      const { ask, requests } = await startHarness([reply, reply, good]);
      expect((await ask()).value.score).toBe(1);
      expect(requests).toHaveLength(3);
    });

    it(`is a retryable error after too many times ${what}`, async () => {
      const { ask, requests } = await startHarness([reply]);
      expect(await failureOf(ask())).toMatchObject({ retryable: true, pausesJudge: false });
      expect(requests).toHaveLength(3);
    });
  }

  const pausing: [string, ScriptedReply, string][] = [
    ["401", status(401), "unauthorized"],
    ["402", status(402), "payment_required"],
    ["403", status(403), "forbidden"],
    ["404", status(404), "not_found"],
    [
      "429 for want of credit",
      status(429, { code: "insufficient_quota" }, { "retry-after": "1" }),
      "insufficient_quota",
    ],
    ["a redirect", { status: 307, headers: { location: "http://169.254.169.254/latest" } }, "redirected"],
  ];
  for (const [what, reply, code] of pausing) {
    it(`pauses the judge after ${what}`, async () => {
      const { ask, requests } = await startHarness([reply]);
      expect(await failureOf(ask())).toMatchObject({ code, pausesJudge: true, retryable: true });
      expect(requests).toHaveLength(1);
    });
  }

  it("pauses the judge when its host name is unknown", async () => {
    const { ask } = createHarness("http://no-such-host.invalid/v1", [], { maxAttempts: 1 });
    const error = await failureOf(ask());
    expect(error).toMatchObject({ code: "dns_failure", pausesJudge: true });
  });

  it("is a retryable error when nobody listens", async () => {
    const { ask } = createHarness("http://127.0.0.1:1/v1", []);
    const error = await failureOf(ask());
    expect(error).toMatchObject({ code: "connection_failed", retryable: true, pausesJudge: false });
    expect(error.message).toContain("ECONNREFUSED");
  });

  it("is not read on beyond 8 MiB", async () => {
    const { ask, requests } = await startHarness([says(`{"reasoning":"${"x".repeat(9 * 1024 * 1024)}","score":1}`)]);
    expect(await failureOf(ask())).toMatchObject({ code: "reply_too_large", retryable: false });
    expect(requests).toHaveLength(1);
  });
});

describe("the rate limit", () => {
  it("costs no attempt: ten 429 are survived with two attempts", async () => {
    const { ask, requests } = await startHarness(({ number }) => (number <= 10 ? status(429) : good), {
      maxAttempts: 2,
    });
    expect((await ask()).value.score).toBe(1);
    expect(requests).toHaveLength(11);
  });

  const hints: [string, Record<string, string>][] = [
    ["retry-after-ms", { "retry-after-ms": "300" }],
    ["retry-after in seconds", { "retry-after": "0.3" }],
    ["retry-after-ms before retry-after", { "retry-after-ms": "300", "retry-after": "60" }],
  ];
  for (const [what, headers] of hints) {
    it(`is waited for as long as it says: ${what}`, async () => {
      const { ask } = await startHarness([status(429, {}, headers), good]);
      const begun = performance.now();
      await ask();
      expect(performance.now() - begun).toBeGreaterThanOrEqual(290);
    });
  }

  it("is waited for until the date it says", async () => {
    const begun = Date.now();
    const at = new Date(Math.ceil(begun / 1000) * 1000 + 1000);
    const { ask } = await startHarness([status(429, {}, { "retry-after": at.toUTCString() }), good]);
    await ask();
    expect(Date.now()).toBeGreaterThanOrEqual(at.getTime() - 5);
  });

  it("is honoured for a 503 too", async () => {
    const { ask } = await startHarness([status(503, {}, { "retry-after": "0.3" }), good]);
    const begun = performance.now();
    await ask();
    expect(performance.now() - begun).toBeGreaterThanOrEqual(290);
  });

  it("beyond the deadline is an error at once, and says when to come back", async () => {
    const { ask } = await startHarness([status(429, {}, { "retry-after": "3600" })]);
    const begun = performance.now();
    const error = await failureOf(ask());
    expect(error).toMatchObject({ code: "rate_limited", retryable: true, pausesJudge: false, retryAfterSeconds: 3600 });
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it("that never ends is bounded by the deadline", async () => {
    const { ask } = await startHarness([status(429)], {
      timeouts: { connectMs: 500, attemptMs: 500, deadlineMs: 400 },
    });
    const error = await failureOf(ask());
    expect(["rate_limited", "deadline_exceeded"]).toContain(error.code);
    expect(error.retryable).toBe(true);
  });

  it("halves what may run at once", async () => {
    const limiter = createLimiter(8);
    const { ask } = await startHarness([status(429), good], { limiter });
    await ask();
    expect(limiter.limit).toBe(4);
  });
});

describe("time", () => {
  const short = { connectMs: 500, attemptMs: 150, deadlineMs: 5_000 };

  it("of one attempt is limited: a hanging endpoint is asked again", async () => {
    const { ask, requests } = await startHarness([{ hang: true }, good], { timeouts: short });
    expect((await ask()).value.score).toBe(1);
    expect(requests).toHaveLength(2);
  });

  it("of one attempt covers the body too", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const port = portOf(server);
    const { ask } = createHarness(`http://127.0.0.1:${port}/v1`, [], { timeouts: short, maxAttempts: 2 });
    expect(await failureOf(ask())).toMatchObject({ code: "timeout", retryable: true });
    server.closeAllConnections();
    server.close();
  });

  it("to connect is limited", async () => {
    const server = createTcpServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const port = portOf(server);
    const timeouts = { connectMs: 100, attemptMs: 5_000, deadlineMs: 8_000 };
    const { ask } = createHarness(`https://127.0.0.1:${port}/v1`, [], { timeouts, maxAttempts: 1 });
    const begun = performance.now();
    expect((await failureOf(ask())).message).toContain("CONNECT_TIMEOUT");
    expect(performance.now() - begun).toBeLessThan(2_000);
    server.close();
  });

  it("of the whole is limited, however many attempts are left", async () => {
    const timeouts = { connectMs: 500, attemptMs: 100, deadlineMs: 350 };
    const { ask } = await startHarness([{ hang: true }], { timeouts, maxAttempts: 10 });
    const begun = performance.now();
    const error = await failureOf(ask());
    expect(["deadline_exceeded", "timeout"]).toContain(error.code);
    expect(error.retryable).toBe(true);
    expect(performance.now() - begun).toBeLessThan(1_500);
  });

  it("ends when the caller says so, with the caller's reason and a free place", async () => {
    const limiter = createLimiter(1);
    const { ask } = await startHarness([{ hang: true }], { limiter });
    const controller = new AbortController();
    const asked = ask({ signal: controller.signal });
    setTimeout(() => controller.abort(new Error("shutting down")), 50);
    await expect(asked).rejects.toThrow("shutting down");
    expect(limiter.active).toBe(0);
  });
});

describe("the budget", () => {
  it("stops the next call before it is made", async () => {
    const budget = budgetOf(400);
    const { ask, requests } = await startHarness([{ ...good, usage: { prompt_tokens: 250, completion_tokens: 10 } }], {
      budget,
    });
    await ask();
    const error = await failureOf(ask({ user: "And this?" }));
    expect(error).toMatchObject({ code: "budget_exhausted", retryable: true, pausesJudge: true });
    expect(error.retryAfterSeconds).toBeGreaterThan(0);
    expect(requests).toHaveLength(1);
  });

  it("holds for retries and corrections too", async () => {
    const budget = budgetOf(1_000);
    const { ask, requests } = await startHarness(
      [says("garbage", { usage: { prompt_tokens: 350, completion_tokens: 50 } })],
      { budget },
    );
    expect(await failureOf(ask())).toMatchObject({ code: "budget_exhausted" });
    expect(requests).toHaveLength(2);
  });

  it("counts in full what may have been billed without an answer", async () => {
    const budget = budgetOf(1_000);
    const timeouts = { connectMs: 500, attemptMs: 100, deadlineMs: 5_000 };
    const { ask, requests } = await startHarness([{ hang: true }], { budget, timeouts, maxAttempts: 10 });
    expect(await failureOf(ask())).toMatchObject({ code: "budget_exhausted" });
    expect(requests.length).toBeGreaterThan(0);
    expect(requests.length * 120).toBeLessThanOrEqual(1_000);
  });

  it("counts nothing for what was refused", async () => {
    const budget = budgetOf(500);
    const { ask } = await startHarness([status(500), status(429), status(429), status(500), good], { budget });
    expect((await ask()).value.score).toBe(1);
  });

  it("is never passed by calls under way together", async () => {
    const budget = budgetOf(1_000);
    const { ask, requests } = await startHarness([{ ...good, delayMs: 50 }], { budget });
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => ask({ user: `Number ${i}?` })));
    expect(outcomes.some(({ status }) => status === "rejected")).toBe(true);
    expect(requests.length * 120).toBeLessThanOrEqual(1_000);
  });
});

describe("the cache", () => {
  it("answers the same question without a call and without cost", async () => {
    const { ask, requests } = await startHarness([good], { cache: createMemoryCache() });
    await ask();
    expect(await ask()).toMatchObject({ value: { score: 1 }, mode: "cached", usage: { inputTokens: 0 }, costUsd: 0 });
    expect(requests).toHaveLength(1);
  });

  it("tells apart versions, prompts and limits", async () => {
    const { ask, requests } = await startHarness([good], { cache: createMemoryCache() });
    await ask();
    await ask({ version: "2" });
    await ask({ system: "You judge well." });
    await ask({ user: "Was it not?" });
    await ask({ maxOutputTokens: 50 });
    expect(requests).toHaveLength(5);
  });

  it("keeps no failure", async () => {
    const { ask, requests } = await startHarness([status(401), good], { cache: createMemoryCache() });
    await failureOf(ask());
    expect((await ask()).mode).toBe("json_schema");
    expect(requests).toHaveLength(2);
  });
});

describe("the limiter", () => {
  it("lets no more requests run at once than it should", async () => {
    let active = 0;
    let most = 0;
    const { ask } = await startHarness(
      async () => {
        most = Math.max(most, ++active);
        await new Promise((resolve) => setTimeout(resolve, 20));
        active -= 1;
        return good;
      },
      { limiter: createLimiter(3) },
    );
    await Promise.all(Array.from({ length: 20 }, (_, i) => ask({ user: `Number ${i}?` })));
    expect(most).toBe(3);
  });
});

describe("secrets", () => {
  it("never appear in what is thrown, whatever the endpoint says", async () => {
    const told = [
      `Incorrect API key provided: ${apiKey}.`,
      `Incorrect API key provided: sk-test-***************6053. You can find it`,
      `Bearer ${apiKey} is not valid`,
      `key="${apiKey}"`,
    ];
    for (const message of told) {
      const { ask } = await startHarness([status(401, { message, code: "invalid_api_key" })]);
      const shown = inspect(await failureOf(ask()), { depth: 10, showHidden: true });
      expect(shown).toContain("[key]");
      expect(shown).not.toContain(apiKey);
      expect(shown).not.toContain("6053");
    }
  });

  it("do not appear when the connection fails", async () => {
    const { ask } = createHarness("http://127.0.0.1:1/v1", []);
    expect(inspect(await failureOf(ask()), { depth: 10, showHidden: true })).not.toContain(apiKey);
  });

  it("are not sent to where a redirect leads", async () => {
    const elsewhere = await startHarness([good]);
    const { ask, requests } = await startHarness([{ status: 302, headers: { location: elsewhere.url } }]);
    await failureOf(ask());
    expect(requests).toHaveLength(1);
    expect(elsewhere.requests).toHaveLength(0);
  });
});
