import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../src/evaluation/evaluation-error.ts";
import { askEach, type ModelReply, type ModelRequest } from "../../src/evaluation/model-client.ts";
import { createRetryingClient, type RetryingClientOptions } from "../../src/evaluation/retrying-client.ts";

interface Tried {
  readonly reply: ModelReply;
  readonly waits: readonly number[];
  readonly requests: readonly ModelRequest[];
}

const failure = (fields: object, message = "no"): Error => Object.assign(new Error(message), fields);

/** Each try gets the next outcome, the last one again and again; each takes so long. Time passes only here. */
async function tryOut(
  outcomes: readonly (string | Error | undefined)[],
  {
    request = { prompt: "p" },
    tryMs = 0,
    ...options
  }: Partial<RetryingClientOptions> & { readonly request?: ModelRequest; readonly tryMs?: number } = {},
): Promise<Tried> {
  const waits: number[] = [];
  const requests: ModelRequest[] = [];
  let time = 0;
  const client = createRetryingClient({
    ...options,
    async complete(sent) {
      const outcome = outcomes[Math.min(requests.length, outcomes.length - 1)];
      requests.push(sent);
      time += tryMs;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    async wait(ms) {
      waits.push(ms);
      time += ms;
    },
    now: () => time,
  });
  return { reply: await client.ask(request), waits, requests };
}

describe("AI-25 the retrying client", () => {
  const unsupported = new InvalidInputError("070013", "Model does not support response_format parameter.");
  const mapped: [string, (string | Error | undefined)[], ModelReply, number][] = [
    ["an answer", ["text"], { status: 200, text: "text" }, 1],
    ["an answer without text", [undefined], { status: 200 }, 1],
    [
      "a rate limit that passes",
      [failure({ status: 429 }), failure({ status: 429 }), "text"],
      { status: 200, text: "text" },
      3,
    ],
    ["a failure of the provider that passes", [failure({ status: 503 }), "text"], { status: 200, text: "text" }, 2],
    ["a failure without a status that passes", [new Error("socket"), "text"], { status: 200, text: "text" }, 2],
    [
      "a rate limit that stays",
      [failure({ status: 429 }, "slow down")],
      { status: 429, error: "The maximum of retries is exceeded." },
      10,
    ],
    [
      "a failure of the provider that stays",
      [failure({ status: 502 }, "bad gateway")],
      { status: 502, error: "bad gateway" },
      10,
    ],
    ["a status by another name", [failure({ statusCode: 403 }, "forbidden")], { status: 403, error: "forbidden" }, 1],
    ["a status by Python's name", [failure({ status_code: 401 }, "who?")], { status: 401, error: "who?" }, 1],
    ["a bad request", [failure({ status: 400 }, "bad")], { status: 400, error: "bad" }, 1],
    ["an unknown model", [failure({ status: 404 }, "no model")], { status: 404, error: "no model" }, 1],
    [
      "what the model does not take",
      [unsupported],
      { status: 404, error: "Internal Code: 070013, Error Message: Model does not support response_format parameter." },
      1,
    ],
    ["a failure without a status", [new Error("socket")], { status: 500, error: "Unexpected error: socket" }, 10],
    [
      "a failure that claims success",
      [failure({ status: 200 }, "odd")],
      { status: 500, error: "Unexpected error: odd" },
      10,
    ],
    ["a status that is none", [failure({ status: "429" }, "odd")], { status: 500, error: "Unexpected error: odd" }, 10],
  ];
  for (const [what, outcomes, reply, tries] of mapped) {
    it(`makes ${JSON.stringify(reply)} of ${what}, after ${tries} tries`, async () => {
      const tried = await tryOut(outcomes);
      expect(tried.reply).toEqual(reply);
      expect(tried.requests).toHaveLength(tries);
    });
  }

  it("waits twice as long each time, and 300 s in all", async () => {
    const { waits } = await tryOut([failure({ status: 429 })]);
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 45].map((seconds) => seconds * 1_000));
  });

  it("counts the time of the tries", async () => {
    const { waits, requests } = await tryOut([failure({ status: 500 })], { tryMs: 100_000 });
    expect(waits).toEqual([1_000, 2_000]);
    expect(requests).toHaveLength(3);
  });

  const defaults = { model: "judge", temperature: 0.5, maxTokens: 100 };
  const sent: [string, ModelRequest, Partial<RetryingClientOptions>, ModelRequest][] = [
    ["fills in what it was made with", { prompt: "p" }, { defaults }, { prompt: "p", ...defaults }],
    [
      "lets a request say otherwise",
      { prompt: "p", model: "other", maxTokens: 7 },
      { defaults },
      { prompt: "p", ...defaults, model: "other", maxTokens: 7 },
    ],
    [
      "sends a temperature of 0",
      { prompt: "p", temperature: 0 },
      { defaults },
      { prompt: "p", ...defaults, temperature: 0 },
    ],
    [
      "takes 0 for none, when asked to, as the original",
      { prompt: "p", temperature: 0 },
      { defaults, zeroTemperatureIsNone: true },
      { prompt: "p", ...defaults },
    ],
    [
      "passes on the rest",
      { prompt: "p", system: "s", schema: { type: "object" } },
      {},
      { prompt: "p", system: "s", schema: { type: "object" } },
    ],
  ];
  it.each(sent)("%s", async (_, request, options, expected) => {
    const { requests } = await tryOut(["text"], { ...options, request });
    expect(requests).toEqual([expected]);
  });

  it("answers several prompts at once, in their order", async () => {
    let open = 0;
    let most = 0;
    const client = createRetryingClient({
      async complete({ prompt }) {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, prompt === "first" ? 20 : 0));
        open--;
        return `answer to ${prompt}`;
      },
    });
    const replies = await askEach(client, ["first", "second"]);
    expect(replies.map(({ text }) => text)).toEqual(["answer to first", "answer to second"]);
    expect(most).toBe(2);
  });
});
