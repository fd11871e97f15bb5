/** A model's response as its provider gave it, kept whole by a library: which provider's shape it is, it shows itself. */
import type { JsonValue } from "../model/session.ts";
import { isList, isObject, member, textMember } from "./lenient-json.ts";
import type { Message } from "./message.ts";
import { parseMessages, plainMessage } from "./parse-message.ts";

/**
 * OpenAI's chat, completion and responses APIs, LangChain's generations, Anthropic, Gemini, Bedrock, Ollama. Empty when
 * the response is none of them.
 */
export function readModelResponse(response: JsonValue | undefined): readonly Message[] {
  const choices = member(response, "choices");
  if (isList(choices)) return choices.flatMap(readChoice);
  const generation = firstOf(firstOf(member(response, "generations")));
  if (generation !== undefined) return readChoice(generation);
  const output = member(response, "output");
  if (isList(output)) return parseMessages(output, "assistant");
  const inner = member(output, "message") ?? member(firstOf(member(response, "candidates")), "content");
  if (isObject(inner)) return parseMessages(inner, "assistant");
  if (member(response, "role") === "assistant") return parseMessages(response, "assistant");
  const message = member(response, "message");
  return isObject(message) ? parseMessages(message, "assistant") : [];
}

/** The message, or with older models only a text. */
function readChoice(choice: JsonValue): readonly Message[] {
  const message = member(choice, "message");
  if (isObject(message)) return parseMessages(message, "assistant");
  const text = textMember(choice, "text");
  return text === undefined ? [] : [plainMessage("assistant", text)];
}

function firstOf(value: JsonValue | undefined): JsonValue | undefined {
  return isList(value) ? value[0] : undefined;
}
