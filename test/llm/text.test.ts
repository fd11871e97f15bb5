import { afterEach, describe, expect, it } from "vitest";
import { toModelClient } from "../../src/evaluation/to-model-client.ts";
import type { ModelRequest } from "../../src/evaluation/model-client.ts";
import type { LlmClientOptions } from "../../src/llm/llm-client.ts";
import type { ScriptedReply } from "../../examples/scripted-model.mjs";
import { apiKey, budgetOf, closeAll, startHarness } from "./ask-once.ts";

afterEach(closeAll);

/** A text with this in it. */
const having = (part: string | RegExp): unknown => expect.stringMatching(part);

const said: ScriptedReply = {
  message: { content: "I think so.\n\nGRADE: C" },
  usage: { prompt_tokens: 9, completion_tokens: 4 },
};
const refusedTemperature: ScriptedReply = {
  status: 400,
  body: {
    error: { message: "Unsupported parameter: temperature", param: "temperature", code: "unsupported_parameter" },
  },
};

async function asking(replies: readonly ScriptedReply[], options: Partial<LlmClientOptions> = {}) {
  const harness = await startHarness(replies, options);
  const stop = new AbortController();
  const client = toModelClient(harness.client, { maxOutputTokens: 500, signal: stop.signal });
  return { ...harness, stop, say: async (request: ModelRequest) => client.ask(request) };
}

describe("AI-25 a model that is asked for text", () => {
  it("is asked as it stands, and its answer is not looked into", async () => {
    const { say, requests } = await asking([said]);
    expect(await say({ prompt: "Is it so?" })).toEqual({ status: 200, text: "I think so.\n\nGRADE: C" });
    expect(requests[0]?.body).toEqual({
      model: "scripted",
      messages: [{ role: "user", content: "Is it so?" }],
      max_completion_tokens: 500,
      temperature: 0,
    });
    expect(requests[0]?.headers["authorization"]).toBe(`Bearer ${apiKey}`);
  });

  it("is asked as the request says: with another model, temperature, limit and a system message", async () => {
    const { say, requests } = await asking([said]);
    await say({ prompt: "x", system: "You judge.", model: "other", temperature: 0.5, maxTokens: 20 });
    expect(requests[0]?.body).toMatchObject({
      model: "other",
      messages: [{ role: "system", content: "You judge." }, { role: "user" }],
      max_completion_tokens: 20,
      temperature: 0.5,
    });
  });

  it("is told the schema where JSON is wanted", async () => {
    const { say, requests } = await asking([said]);
    await say({ prompt: "x", schema: { type: "object" } });
    expect(requests[0]?.body).toMatchObject({ response_format: { type: "json_schema" } });
  });

  it("is asked again without what it refuses, and after what may pass", async () => {
    const { say, requests } = await asking([refusedTemperature, { status: 503 }, { status: 429 }, said]);
    expect(await say({ prompt: "x" })).toMatchObject({ status: 200 });
    expect(requests).toHaveLength(4);
    expect(requests.at(-1)?.body).not.toHaveProperty("temperature");
  });

  it.each<[string, ScriptedReply, number, string]>([
    ["a wrong key", { status: 401 }, 401, "unauthorized: "],
    [
      "no credit",
      { status: 429, body: { error: { message: "x", code: "insufficient_quota" } } },
      402,
      "insufficient_quota: ",
    ],
    ["an unknown model", { status: 404 }, 404, "not_found: "],
    ["a request that it does not take", { status: 400 }, 400, "bad_request: "],
    ["failing on and on", { status: 500 }, 500, "provider_error: "],
    ["a refusal", { message: { content: null, refusal: "No." } }, 500, "refused: "],
    ["half an answer", { ...said, finishReason: "length" }, 500, "output_truncated: "],
  ])("answers %s with a status and a reason", async (_what, reply, status, reason) => {
    const { say } = await asking([reply]);
    expect(await say({ prompt: "x" })).toEqual({ status, error: having(reason) });
  });

  it("keeps to its budget", async () => {
    const { say, requests } = await asking([said], { budget: budgetOf(100) });
    expect(await say({ prompt: "x" })).toMatchObject({ status: 500, error: having("budget") });
    expect(requests).toEqual([]);
  });

  it("is let go when nobody waits any more", async () => {
    const { say, stop } = await asking([{ hang: true }]);
    const asked = say({ prompt: "x" });
    stop.abort(new Error("over"));
    await expect(asked).rejects.toThrow("over");
  });
});
