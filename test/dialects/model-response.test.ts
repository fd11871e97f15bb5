import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/model/session.ts";
import { readModelResponse } from "../../src/dialects/model-response.ts";

const call = { id: "1", name: "find", arguments: { place: "Berlin" } };

describe("a provider's response, kept whole", () => {
  it.each<[string, JsonValue]>([
    [
      "OpenAI's chat API",
      {
        choices: [
          {
            message: {
              role: "assistant",
              content: "hi",
              tool_calls: [{ id: "1", type: "function", function: { name: "find", arguments: '{"place":"Berlin"}' } }],
            },
          },
        ],
      },
    ],
    [
      "Anthropic",
      {
        type: "message",
        role: "assistant",
        content: [
          { type: "text", text: "hi" },
          { type: "tool_use", id: "1", name: "find", input: { place: "Berlin" } },
        ],
      },
    ],
    [
      "Bedrock",
      {
        output: {
          message: {
            role: "assistant",
            content: [{ text: "hi" }, { toolUse: { toolUseId: "1", name: "find", input: { place: "Berlin" } } }],
          },
        },
      },
    ],
    [
      "Gemini",
      {
        candidates: [
          {
            content: {
              role: "model",
              parts: [{ text: "hi" }, { functionCall: { id: "1", name: "find", args: { place: "Berlin" } } }],
            },
          },
        ],
      },
    ],
    [
      "LangChain's generations",
      {
        generations: [
          [
            {
              text: "hi",
              message: {
                type: "ai",
                content: "hi",
                tool_calls: [{ id: "1", name: "find", args: { place: "Berlin" } }],
              },
            },
          ],
        ],
      },
    ],
    [
      "Ollama",
      {
        message: {
          role: "assistant",
          content: "hi",
          tool_calls: [{ id: "1", function: { name: "find", arguments: { place: "Berlin" } } }],
        },
      },
    ],
  ])("%s", (_provider, response) => {
    expect(readModelResponse(response)).toMatchObject([{ role: "assistant", text: "hi", calls: [call] }]);
  });

  it("OpenAI's responses API: an item for each", () => {
    const output = [
      { type: "reasoning", summary: [] },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "hi" }] },
      { type: "function_call", call_id: "1", name: "find", arguments: '{"place":"Berlin"}' },
    ];
    const messages = readModelResponse({ output });
    expect(messages.map(({ text }) => text).join("")).toBe("hi");
    expect(messages.flatMap(({ calls }) => calls)).toEqual([call]);
  });

  it("models that only complete texts", () => {
    expect(readModelResponse({ choices: [{ text: "hi", index: 0 }] })).toMatchObject([{ text: "hi" }]);
    expect(readModelResponse({ generations: [[{ text: "hi" }]] })).toMatchObject([{ text: "hi" }]);
  });

  it.each<[JsonValue | undefined]>([
    [undefined],
    [null],
    ["hi"],
    [[]],
    [{}],
    [{ choices: [] }],
    [{ choices: [null, 1, {}] }],
    [{ generations: [] }],
    [{ generations: [[]] }],
    [{ output: {} }],
    [{ candidates: [{ content: "x" }] }],
    [{ role: "user", content: "hi" }],
  ])("says nothing when it is %j", (response) => {
    expect(readModelResponse(response)).toEqual([]);
  });
});
