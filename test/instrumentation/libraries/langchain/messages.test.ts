import {
  AIMessage,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { toMessage } from "../../../../instrumentation/src/libraries/langchain/messages.ts";

const text = (content: string): object => ({ type: "text", content });
const call = { id: "call_1", name: "weather", args: { city: "Faro" } };
const callPart = { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Faro" } };

describe("a LangChain message in the conventions' form", () => {
  it.each([
    { name: "a user's", message: new HumanMessage("hi"), expected: { role: "user", parts: [text("hi")] } },
    {
      name: "a system's",
      message: new SystemMessage("be brief"),
      expected: { role: "system", parts: [text("be brief")] },
    },
    {
      name: "one of another role",
      message: new ChatMessage("be brief", "developer"),
      expected: { role: "developer", parts: [text("be brief")] },
    },
    {
      name: "an answer with tool calls",
      message: new AIMessage({ content: "Let me look.", tool_calls: [call] }),
      expected: { role: "assistant", parts: [text("Let me look."), callPart] },
    },
    {
      name: "an answer whose tool call stands in Anthropic's content, too",
      message: new AIMessage({
        content: [
          { type: "text", text: "Let me look." },
          { type: "tool_use", id: "call_1", name: "weather", input: { city: "Faro" } },
        ],
        tool_calls: [call],
      }),
      expected: { role: "assistant", parts: [text("Let me look."), callPart] },
    },
    {
      name: "an answer whose arguments are no JSON",
      message: new AIMessage({
        content: "",
        invalid_tool_calls: [{ id: "call_1", name: "weather", args: '{"city":', error: "no JSON" }],
      }),
      expected: { role: "assistant", parts: [{ ...callPart, arguments: '{"city":' }] },
    },
    {
      name: "reasoning beside the answer",
      message: new AIMessage({ content: "42", additional_kwargs: { reasoning_content: "six times seven" } }),
      expected: { role: "assistant", parts: [{ type: "reasoning", content: "six times seven" }, text("42")] },
    },
    {
      name: "a summary of reasoning",
      message: new AIMessage({
        content: "42",
        additional_kwargs: { reasoning: { type: "reasoning", summary: [{ type: "summary_text", text: "I counted" }] } },
      }),
      expected: { role: "assistant", parts: [{ type: "reasoning", content: "I counted" }, text("42")] },
    },
    {
      name: "a refusal",
      message: new AIMessage({ content: "", additional_kwargs: { refusal: "I'd rather not." } }),
      expected: { role: "assistant", parts: [text("I'd rather not.")] },
    },
    {
      name: "a tool's result",
      message: new ToolMessage({ content: "sunny", tool_call_id: "call_1" }),
      expected: { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: "sunny" }] },
    },
    {
      name: "a tool's failure",
      message: new ToolMessage({ content: "no station", tool_call_id: "call_1", status: "error" }),
      expected: {
        role: "tool",
        parts: [{ type: "tool_call_response", id: "call_1", response: { error: "no station" } }],
      },
    },
    {
      name: "a result in blocks of text",
      message: new ToolMessage({
        content: [
          { type: "text", text: "sun" },
          { type: "text", text: "ny" },
        ],
        tool_call_id: "call_1",
      }),
      expected: { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: "sunny" }] },
    },
    {
      name: "a function's result, as it once was",
      message: new FunctionMessage({ content: "sunny", name: "weather" }),
      expected: { role: "tool", parts: [{ type: "tool_call_response", response: "sunny" }] },
    },
    {
      name: "version 0's, which says its type in a method only",
      message: { _getType: (): string => "ai", content: "hi", tool_calls: [] },
      expected: { role: "assistant", parts: [text("hi")] },
    },
  ])("$name", ({ message, expected }) => {
    expect(toMessage(message)).toEqual(expected);
  });

  it.each([undefined, null, 7, "hi", [], {}, { type: 7, content: { a: 1 }, tool_calls: "none" }])(
    "is made of anything without failing: %j",
    (value) => {
      expect(toMessage(value)).toEqual({ role: "user", parts: [] });
    },
  );
});
