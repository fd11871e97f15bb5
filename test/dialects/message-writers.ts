/** One message as each library writes it. What is read of each must be the same. */
import type { Message, MessageCall, MessageResult } from "../../src/dialects/message.ts";
import type { JsonValue } from "../../src/model/session.ts";

/** One message may become several items. */
export type WriteMessage = (message: Message) => readonly JsonValue[];

interface Shape {
  readonly roles?: Partial<Record<Message["role"], string>>;
  readonly parts: string;
  readonly text: (text: string) => JsonValue;
  readonly call: (call: MessageCall) => JsonValue;
  readonly result: (result: MessageResult) => JsonValue;
}

/** Libraries whose messages are a role and a list of parts. */
function inParts({ roles = {}, parts, text, call, result }: Shape): WriteMessage {
  return (message) => [
    {
      role: roles[message.role] ?? message.role,
      [parts]: [
        ...(message.text === "" ? [] : [text(message.text)]),
        ...message.calls.map(call),
        ...message.results.map(result),
      ],
    },
  ];
}

const idOf = ({ id = "" }: { readonly id?: string }) => id;
const nameOf = ({ name = "" }: { readonly name?: string }) => name;
const contentOf = ({ content = null }: MessageResult) => content;

/** Chat messages: calls beside the content, a message for each result. */
function chat(
  toCalls: (calls: readonly MessageCall[]) => { readonly [key: string]: JsonValue },
  toMessage: (role: string, facts: { readonly [key: string]: JsonValue }) => JsonValue,
): WriteMessage {
  return ({ role, text, calls, results }) =>
    role === "tool"
      ? results.map((result) =>
          toMessage(role, {
            content: JSON.stringify(contentOf(result)),
            tool_call_id: idOf(result),
            name: nameOf(result),
          }),
        )
      : [toMessage(role, { content: text, ...(calls.length === 0 ? {} : toCalls(calls)) })];
}

const openAiCalls = (calls: readonly MessageCall[]) => ({
  tool_calls: calls.map((call) => ({
    id: idOf(call),
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  })),
});
const langChainCalls = (calls: readonly MessageCall[]) => ({
  tool_calls: calls.map((call) => ({ id: idOf(call), name: call.name, args: call.arguments, type: "tool_call" })),
});
const langChainNames: Record<string, string> = { user: "Human", assistant: "AI", system: "System", tool: "Tool" };
const langChainTypes: Record<string, string> = { user: "human", assistant: "ai", system: "system", tool: "tool" };

/** Items side by side instead of messages. */
function items(id: string, result: string): WriteMessage {
  return ({ role, text, calls, results }) => [
    ...(text === ""
      ? []
      : [{ type: "message", role, content: [{ type: role === "user" ? "input_text" : "output_text", text }] }]),
    ...calls.map((call) => ({
      type: "function_call",
      id: "fc_1",
      [id]: idOf(call),
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    })),
    ...results.map((done) => ({
      type: result,
      [id]: idOf(done),
      name: nameOf(done),
      output: result.endsWith("output")
        ? JSON.stringify(contentOf(done))
        : { type: "text", text: JSON.stringify(contentOf(done)) },
    })),
  ];
}

export const writers: { readonly [library: string]: WriteMessage } = {
  "GenAI conventions": inParts({
    parts: "parts",
    text: (content) => ({ type: "text", content }),
    call: (call) => ({ type: "tool_call", id: idOf(call), name: call.name, arguments: call.arguments }),
    result: (result) => ({
      type: "tool_call_response",
      id: idOf(result),
      name: nameOf(result),
      response: contentOf(result),
    }),
  }),
  "Pydantic AI": inParts({
    roles: { tool: "user" },
    parts: "parts",
    text: (content) => ({ type: "text", content }),
    call: (call) => ({ type: "tool_call", id: idOf(call), name: call.name, arguments: JSON.stringify(call.arguments) }),
    result: (result) => ({
      type: "tool_call_response",
      id: idOf(result),
      name: nameOf(result),
      result: contentOf(result),
    }),
  }),
  "OpenAI chat": chat(openAiCalls, (role, facts) => ({ role, ...facts })),
  "OpenAI responses": items("call_id", "function_call_output"),
  "OpenAI Agents": items("callId", "function_call_result"),
  Anthropic: inParts({
    roles: { tool: "user" },
    parts: "content",
    text: (text) => ({ type: "text", text }),
    call: (call) => ({ type: "tool_use", id: idOf(call), name: call.name, input: call.arguments }),
    result: (result) => ({
      type: "tool_result",
      tool_use_id: idOf(result),
      name: nameOf(result),
      content: [{ type: "text", text: JSON.stringify(contentOf(result)) }],
    }),
  }),
  "AI SDK 5 to 7": inParts({
    parts: "content",
    text: (text) => ({ type: "text", text }),
    call: (call) => ({ type: "tool-call", toolCallId: idOf(call), toolName: call.name, input: call.arguments }),
    result: (result) => ({
      type: "tool-result",
      toolCallId: idOf(result),
      toolName: nameOf(result),
      output: { type: "json", value: contentOf(result) },
    }),
  }),
  "AI SDK 4": inParts({
    parts: "content",
    text: (text) => ({ type: "text", text }),
    call: (call) => ({ type: "tool-call", toolCallId: idOf(call), toolName: call.name, args: call.arguments }),
    result: (result) => ({
      type: "tool-result",
      toolCallId: idOf(result),
      toolName: nameOf(result),
      result: contentOf(result),
    }),
  }),
  Bedrock: inParts({
    roles: { tool: "user" },
    parts: "content",
    text: (text) => ({ text }),
    call: (call) => ({ toolUse: { toolUseId: idOf(call), name: call.name, input: call.arguments } }),
    result: (result) => ({
      toolResult: {
        toolUseId: idOf(result),
        name: nameOf(result),
        status: "success",
        content: [{ json: contentOf(result) }],
      },
    }),
  }),
  Gemini: inParts({
    roles: { assistant: "model", tool: "user" },
    parts: "parts",
    text: (text) => ({ text }),
    call: (call) => ({ functionCall: { id: idOf(call), name: call.name, args: call.arguments } }),
    result: (result) => ({ functionResponse: { id: idOf(result), name: nameOf(result), response: contentOf(result) } }),
  }),
  "Gemini, written by Python": inParts({
    roles: { assistant: "model", tool: "user" },
    parts: "parts",
    text: (text) => ({ text }),
    call: (call) => ({ function_call: { id: idOf(call), name: call.name, args: call.arguments } }),
    result: (result) => ({
      function_response: { id: idOf(result), name: nameOf(result), response: contentOf(result) },
    }),
  }),
  Genkit: inParts({
    roles: { assistant: "model" },
    parts: "content",
    text: (text) => ({ text }),
    call: (call) => ({ toolRequest: { ref: idOf(call), name: call.name, input: call.arguments } }),
    result: (result) => ({ toolResponse: { ref: idOf(result), name: nameOf(result), output: contentOf(result) } }),
  }),
  "LangChain's constructors": chat(langChainCalls, (role, kwargs) => ({
    lc: 1,
    type: "constructor",
    id: ["langchain_core", "messages", `${langChainNames[role] ?? ""}Message`],
    kwargs: { ...kwargs, id: "run-1" },
  })),
  "LangChain, printed by Python": chat(langChainCalls, (role, facts) => ({
    ...facts,
    type: langChainTypes[role] ?? "",
    id: "run-1",
    additional_kwargs: {},
  })),
  "LangChain, as dictionaries": chat(langChainCalls, (role, facts) => ({
    type: langChainTypes[role] ?? "",
    data: { ...facts, id: "run-1" },
  })),
  "LangChain, as the provider sent it": chat(
    (calls) => ({ additional_kwargs: openAiCalls(calls) }),
    (role, facts) => ({ role, ...facts }),
  ),
};
