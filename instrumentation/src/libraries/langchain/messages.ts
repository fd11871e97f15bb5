import { callMethod } from "./call-method.ts";
import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Message, Part } from "../../message.ts";
import { toolCallPart, toolResponsePart } from "../parts.ts";
import { textIn, toParts } from "./content-parts.ts";
import { toolOutputParts } from "./server-tools.ts";

const roles = new Map([
  ["human", "user"],
  ["ai", "assistant"],
  ["function", "tool"],
]);

/** A `BaseMessage` in the conventions' form. */
export function toMessage(value: unknown): Message {
  const message = fieldsOf(value);
  const type = typeOf(message);
  const role = (type === "generic" ? textOf(message["role"]) : undefined) ?? roles.get(type) ?? type;
  if (role === "tool") return { role, parts: [toolResponse(message)] };
  return { role, parts: [...saidParts(message), ...callParts(message)] };
}

/** What a message, or a chunk of one, says beside its tool calls. */
export function saidParts(message: Fields): readonly Part[] {
  return [...reasoningParts(message), ...toolOutputParts(message), ...contentParts(message), ...refusalParts(message)];
}

/** Version 0 says it in a method only. */
function typeOf(message: Fields): string {
  return textOf(message["type"]) ?? textOf(callMethod(message, "_getType")) ?? "human";
}

/** A failed result as the conventions' readers know an error. */
function toolResponse(message: Fields): Part {
  const response = textIn(message["content"]);
  return toolResponsePart(message["tool_call_id"], message["status"] === "error" ? { error: response } : response);
}

/** Providers' tool calls stand in the content and, in LangChain's form, beside it. */
const callBlocks = new Set([
  "tool_use",
  "tool_call",
  "tool_call_chunk",
  "input_json_delta",
  "function_call",
  "functionCall",
]);

function contentParts({ content }: Fields): readonly Part[] {
  if (!Array.isArray(content)) return toParts(content);
  return toParts(content.filter((block) => !callBlocks.has(textOf(fieldsOf(block)["type"]) ?? "")));
}

/** Reasoning that is not part of the content: as text (DeepSeek and others), as a summary (OpenAI's Responses API). */
function reasoningParts(message: Fields): readonly Part[] {
  const { reasoning_content, reasoning } = fieldsOf(message["additional_kwargs"]);
  const summary = listOf(fieldsOf(reasoning)["summary"]).map((part) => fieldsOf(part)["text"]);
  return [reasoning_content, ...summary].flatMap((content) =>
    typeof content === "string" && content !== "" ? [{ type: "reasoning" as const, content }] : [],
  );
}

/** A refusal is what the user reads instead of an answer. */
function refusalParts(message: Fields): readonly Part[] {
  return toParts(textOf(fieldsOf(message["additional_kwargs"])["refusal"]));
}

/** Calls whose arguments are no JSON are `invalid_tool_calls`. */
export function callParts(message: Fields): readonly Part[] {
  return [...listOf(message["tool_calls"]), ...listOf(message["invalid_tool_calls"])].map((value) => {
    const { id, name, args } = fieldsOf(value);
    return toolCallPart(id, name, args);
  });
}
