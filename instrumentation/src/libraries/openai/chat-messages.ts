import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Message, Part } from "../../message.ts";
import { toolCallPart, toolResponsePart } from "../parts.ts";
import { toolResponseOf, toParts } from "./content-parts.ts";

/** Messages of chat completions, request or answer, in the conventions' form. */
export function toMessage(value: unknown): Message {
  const message = fieldsOf(value);
  const role = textOf(message["role"]) ?? "user";
  if (role === "tool" || role === "function") return { role: "tool", parts: [toolResponse(message)] };
  return {
    role,
    parts: [...reasoningParts(message), ...toParts(message["content"]), ...refusal(message), ...calls(message)],
  };
}

function toolResponse(message: Fields): Part {
  return toolResponsePart(message["tool_call_id"], toolResponseOf(message["content"]));
}

/** Not OpenAI's own, but DeepSeek's and many local servers'. */
function reasoningParts(message: Fields): readonly Part[] {
  const content = textOf(message["reasoning_content"]) ?? textOf(message["reasoning"]);
  return content === undefined || content === "" ? [] : [{ type: "reasoning", content }];
}

/** A refusal is what the user reads instead of an answer. */
function refusal(message: Fields): readonly Part[] {
  const content = textOf(message["refusal"]);
  return content === undefined || content === "" ? [] : [{ type: "text", content }];
}

function calls(message: Fields): readonly Part[] {
  const legacy = message["function_call"];
  const toolCalls = [...listOf(message["tool_calls"]), ...(legacy ? [{ function: legacy }] : [])];
  return toolCalls.map((value) => {
    const call = fieldsOf(value);
    const { name, arguments: json, input } = fieldsOf(call["function"] ?? call["custom"]);
    return toolCallPart(call["id"], name, json ?? input);
  });
}
