/** Conversations for tests, a line a message, built as the server builds them. */
import type { ChatMessage } from "../../src/model/message.ts";
import type { BuiltSession, JsonValue } from "../../src/model/session.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";

export const system = (content: string): ChatMessage[] => [{ role: "system", content }];
export const user = (content: string): ChatMessage[] => [{ role: "user", content }];
export const says = (content: string): ChatMessage[] => [{ role: "assistant", content }];

/** An assistant message with one call and the tool's answer; without an answer nothing came back. */
export function uses(name: string, given: JsonValue, answer?: string | object): ChatMessage[] {
  const call = { type: "function", function: { name, arguments: JSON.stringify(given) } };
  const content = typeof answer === "object" ? JSON.stringify(answer) : answer;
  return [
    { role: "assistant", content: null, tool_calls: [call] },
    ...(content === undefined ? [] : [{ role: "tool", content }]),
  ];
}

/** A tool in OpenAI's shape; `parameters` are the schema's properties. */
export const tool = (
  name: string,
  parameters: { readonly [key: string]: JsonValue } = {},
  required: readonly string[] = [],
  description = "",
): JsonValue => ({
  type: "function",
  function: { name, description, parameters: { type: "object", properties: parameters, required } },
});

export const sessionOf = (
  messages: readonly (readonly ChatMessage[])[],
  tools: readonly JsonValue[] = [],
): BuiltSession => buildFromMessages({ messages: messages.flat(), tools, source: "messages" });
