import { describe, expect, it } from "vitest";
import { readGeneration } from "../../../../instrumentation/src/libraries/openai-agents/read-generation.ts";
import { readResponseSpan } from "../../../../instrumentation/src/libraries/openai-agents/read-response-span.ts";

const text = (role: string, content: string): object => ({ role, parts: [{ type: "text", content }] });
const call = { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Faro" } };
const asked = { role: "assistant", parts: [call] };
const answered = { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: "sunny" }] };

/** One conversation in the three forms in which it may stand in a span. */
const items = [
  { role: "user", content: "Weather?" },
  { type: "function_call", callId: "call_1", name: "weather", arguments: '{"city":"Faro"}' },
  { type: "function_call_result", callId: "call_1", name: "weather", output: { type: "text", text: "sunny" } },
];
const chat = [
  { role: "user", content: "Weather?" },
  { role: "assistant", tool_calls: [{ id: "call_1", function: { name: "weather", arguments: '{"city":"Faro"}' } }] },
  { role: "tool", tool_call_id: "call_1", content: "sunny" },
];
const aiSdk = [
  { role: "user", content: [{ type: "text", text: "Weather?" }] },
  {
    role: "assistant",
    content: [{ type: "tool-call", toolCallId: "call_1", toolName: "weather", input: { city: "Faro" } }],
  },
  {
    role: "tool",
    content: [
      { type: "tool-result", toolCallId: "call_1", toolName: "weather", output: { type: "text", value: "sunny" } },
    ],
  },
];
const output = [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "It is sunny." }] }];
const usage = { input_tokens: 7, output_tokens: 4 };
const counted = { "gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": 4 };

describe("a generation span", () => {
  it("of a model class of the application", () => {
    expect(readGeneration({ type: "generation", model: "own", input: items, output, usage })).toEqual({
      request: { operation: "chat", model: "own", attributes: {}, input: [text("user", "Weather?"), asked, answered] },
      answer: { attributes: counted, output: [text("assistant", "It is sunny.")] },
    });
  });

  it("of an AI SDK model", () => {
    const model_config = { provider: "anthropic.messages", model_impl: "ai-sdk" };
    const model = "anthropic.messages:claude-5";
    expect(readGeneration({ type: "generation", model, model_config, input: aiSdk, output, usage })).toEqual({
      request: {
        operation: "chat",
        model: "claude-5",
        attributes: { "gen_ai.provider.name": "anthropic" },
        input: [text("user", "Weather?"), asked, answered],
      },
      answer: { attributes: counted, output: [text("assistant", "It is sunny.")] },
    });
  });

  it("of a chat completion that failed", () => {
    const { request, answer } = readGeneration({ type: "generation", model: "m", input: chat });
    expect(request.input).toEqual([text("user", "Weather?"), asked, answered]);
    expect(answer).toEqual({ attributes: {}, output: [] });
  });

  it.each([{}, { input: 5, output: "x", usage: [], model_config: null }])("that makes no sense: %j", (data) => {
    expect(readGeneration(data)).toMatchObject({ request: { input: [] }, answer: { output: [] } });
  });
});

describe("a response span", () => {
  it("has the SDK's items as input, and the rest in the response", () => {
    const response = { model: "m-1", status: "completed", temperature: 0.5, instructions: "Be brief.", output, usage };
    const { request, answer } = readResponseSpan({ type: "response", _input: items, _response: response });
    expect(request).toMatchObject({
      model: "m-1",
      input: [text("user", "Weather?"), asked, answered],
      systemInstructions: [{ type: "text", content: "Be brief." }],
      attributes: { "gen_ai.request.temperature": 0.5 },
    });
    expect(answer.output).toEqual([{ ...text("assistant", "It is sunny."), finish_reason: "stop" }]);
    expect(answer.attributes).toMatchObject(counted);
  });

  it("of a call that failed has only the input", () => {
    const { request, answer } = readResponseSpan({ type: "response", _input: "Weather?" });
    expect(request).toMatchObject({ model: undefined, input: [text("user", "Weather?")], toolDefinitions: [] });
    expect(answer).toEqual({ attributes: {}, output: [] });
  });
});
