/** How a model is asked for JSON when its endpoint takes no notice of the form, and what is remembered of it. */
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ScriptedReply, ScriptedRequest } from "../../examples/scripted-model.mjs";
import { createModeMemory, sharedModeMemory } from "../../src/llm/mode-memory.ts";
import { assumedCapabilities } from "../../src/llm/modes.ts";
import { closeAll, createHarness, good, sentBody, sentContent, startHarness } from "./ask-once.ts";

afterEach(closeAll);

const prose: ScriptedReply = { ...good, message: { content: "I think that it was helpful." } };
const called: ScriptedReply = {
  message: { tool_calls: [{ name: "verdict", arguments: { reasoning: "it is so", score: 1 } }] },
};

function modeOf(request: ScriptedRequest): string {
  const { response_format: format, tools } = sentBody(request);
  return format?.type ?? (tools === undefined ? "text" : "tool_call");
}

const isTold = (request: ScriptedRequest): boolean =>
  sentBody(request).messages.some(({ content }) => content.includes("Its JSON schema: "));

describe("an endpoint that takes no notice of the schema", () => {
  it("is asked with a tool next, and so from then on", async () => {
    const { ask, requests } = await startHarness((request) => (modeOf(request) === "tool_call" ? called : prose));
    expect(await ask()).toMatchObject({ value: { score: 1 }, mode: "tool_call" });
    expect(requests.map(modeOf)).toEqual(["json_schema", "tool_call"]);
    await ask({ user: "And this?" });
    await ask({ user: "And that?" });
    expect(requests.slice(2).map(modeOf)).toEqual(["tool_call", "tool_call"]);
  });

  it("is told the schema in words, and asked in words from then on when nothing else tells it", async () => {
    const { ask, requests } = await startHarness((request) => (isTold(request) ? good : prose));
    for (const user of ["Was it so?", "And this?", "And that?", "And now?"]) {
      expect((await ask({ user })).value.score).toBe(1);
    }
    expect(requests.map(modeOf)).toEqual([
      "json_schema",
      "tool_call",
      "tool_call",
      "json_object",
      "json_object",
      "json_object",
    ]);
  });

  it("is told by the correction, whatever its mode", async () => {
    const { ask, requests } = await startHarness([prose, good]);
    await ask();
    expect(sentContent(requests[1], -1)).toContain('"enum":[-1,0,1]');
  });

  it("is not told from what has the right shape and breaks another rule: that stays in its mode", async () => {
    const schema = z.object({
      reasoning: z.string(),
      score: z.literal([-1, 0, 1]).refine((score) => score === 1, "must be 1"),
    });
    const wrong = { ...good, message: { content: '{"reasoning":"it is so","score":0}' } };
    const { ask, requests } = await startHarness([wrong, good]);
    await ask({ schema });
    expect(requests.map(modeOf)).toEqual(["json_schema", "json_schema"]);
    expect(sentContent(requests[1], -1)).toContain("must be 1");
  });

  it("does not lose its mode once that has worked", async () => {
    const { ask, requests } = await startHarness(({ number }) => (number === 2 ? prose : good));
    await ask();
    await ask({ user: "And this?" });
    expect(requests.map(modeOf)).toEqual(["json_schema", "json_schema", "json_schema"]);
  });
});

describe("an endpoint that does not take the form of a request", () => {
  const refusals: [string, number, string][] = [
    ["OpenRouter's 404 for tools", 404, "No endpoints found that support tool use. To learn more, visit: https://x"],
    ["OpenRouter's 404 for a tool choice", 404, "No endpoints found that support the provided 'tool_choice' value."],
    ["OpenRouter's 404 for a parameter", 404, "No endpoints found that can handle the requested parameters."],
    ["not implemented", 501, "response_format is not implemented"],
  ];
  for (const [what, status, message] of refusals) {
    it(`is asked in the next one: ${what}`, async () => {
      const { ask, requests } = await startHarness((request) =>
        modeOf(request) === "json_object" ? good : { status, body: { error: { message } } },
      );
      expect((await ask()).mode).toBe("json_object");
      expect(requests.map(modeOf)).toEqual(["json_schema", "tool_call", "json_object"]);
    });
  }
});

describe("what is known of an endpoint and model", () => {
  it("is shared by all who ask them in this process", async () => {
    const first = await startHarness((request) =>
      modeOf(request) === "json_object" ? good : { status: 400, body: { error: { message: "no" } } },
    );
    const modes = sharedModeMemory(first.url, "a model of this test");
    const [one, other] = [modes, sharedModeMemory(first.url, "a model of this test")].map((modes) =>
      createHarness(first.url, first.requests, { modes }),
    );
    await one?.ask();
    expect(first.requests.map(modeOf)).toEqual(["json_schema", "tool_call", "json_object"]);
    await other?.ask({ user: "And this?" });
    expect(first.requests.slice(3).map(modeOf)).toEqual(["json_object"]);
    expect(sharedModeMemory(first.url, "another model").known()).toEqual(assumedCapabilities);
    expect(sharedModeMemory("http://127.0.0.1:1/v1", "a model of this test").known()).toEqual(assumedCapabilities);
  });

  it("is not made worse by a model that answers nothing usable", async () => {
    const modes = createModeMemory();
    const { ask } = await startHarness([prose], { modes });
    await expect(ask()).rejects.toMatchObject({ code: "invalid_answer" });
    expect(modes.known()).toEqual(assumedCapabilities);
  });

  it("is the first form that worked", () => {
    const modes = createModeMemory();
    modes.mayWork({ ...assumedCapabilities, mode: "tool_call" });
    expect(modes.known().mode).toBe("tool_call");
    modes.worked(assumedCapabilities);
    modes.worked({ ...assumedCapabilities, mode: "text" });
    modes.mayWork({ ...assumedCapabilities, mode: "text" });
    expect(modes.known()).toEqual(assumedCapabilities);
  });

  it("does not go up again for an answer that was under way", () => {
    const modes = createModeMemory();
    modes.mayWork({ ...assumedCapabilities, mode: "json_object" });
    modes.mayWork({ ...assumedCapabilities, mode: "tool_call" });
    expect(modes.known().mode).toBe("json_object");
  });
});

describe("an answer in another form", () => {
  it("is read from its text parts", async () => {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: '{"score": 0}' }] },
      { type: "text", text: '{"reasoning":"it is so",' },
      { type: "text", text: '"score":-1}' },
    ];
    const { ask } = await startHarness([{ body: { choices: [{ message: { content }, finish_reason: "stop" }] } }]);
    expect((await ask()).value).toEqual({ reasoning: "it is so", score: -1 });
  });

  it("is asked for again when the provider broke off", async () => {
    const { ask, requests } = await startHarness([{ ...good, finishReason: "error" }, good]);
    expect((await ask()).value.score).toBe(1);
    expect(requests).toHaveLength(2);
    expect(sentBody(requests[1]).messages).toHaveLength(2);
  });

  it("is an error at once when the content filter refuses the prompt", async () => {
    const error = { message: "The prompt was filtered", code: "content_filter", param: "prompt" };
    const { ask, requests } = await startHarness([{ status: 400, body: { error } }]);
    await expect(ask()).rejects.toMatchObject({ code: "content_filter", retryable: false, pausesJudge: false });
    expect(requests).toHaveLength(1);
  });

  it("is an error that says why when it was cut off and the endpoint allows no more room", async () => {
    const { ask } = await startHarness((request) =>
      sentBody(request).max_completion_tokens === 100
        ? { ...good, finishReason: "length" }
        : { status: 400, body: { error: { message: "max_tokens is too large", param: "max_tokens" } } },
    );
    await expect(ask()).rejects.toMatchObject({ code: "output_truncated", retryable: false });
  });
});
