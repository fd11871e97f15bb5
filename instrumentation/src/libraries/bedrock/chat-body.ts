import { type Fields, fieldsOf, listOf } from "../../json.ts";
import { readChatCompletion } from "../openai/chat-answer.ts";
import { toMessage } from "../openai/chat-messages.ts";
import { createChatStreamReader } from "../openai/chat-stream.ts";
import { requestAttributes } from "../openai/request-attributes.ts";
import { toToolDefinitions } from "../openai/tool-definitions.ts";
import type { BodyFormat } from "./body-format.ts";

/** OpenAI's chat completions, which Mistral, AI21, DeepSeek, Qwen and OpenAI's open models take, too. */
export const chatBody: BodyFormat = {
  operation: "chat",
  matches: ({ messages }) => Array.isArray(messages),
  readRequest: (body) => ({
    attributes: requestAttributes(body),
    input: listOf(body["messages"]).map(toMessage),
    toolDefinitions: toToolDefinitions(body["tools"]),
  }),
  readAnswer: (body) => readChatCompletion(withOpenAiChoices(body)),
  createStreamReader() {
    const reader = createChatStreamReader();
    return { ...reader, add: (chunk) => reader.add(withOpenAiChoices(fieldsOf(chunk))) };
  },
};

/** Mistral says `stop_reason`, and calls what a chunk adds a `message`. */
function withOpenAiChoices(body: Fields): Fields {
  const choices = listOf(body["choices"]).map((value) => {
    const { stop_reason, message, ...choice } = fieldsOf(value);
    return { finish_reason: stop_reason, delta: message, message, ...choice };
  });
  return { ...body, choices };
}
