import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Message, Part } from "../../message.ts";
import { blob, toolCallPart, toolResponsePart } from "../parts.ts";

/** A message of the chat API, request or answer, in the conventions' form. Its tool calls have no ids on older servers. */
export function toMessage(value: unknown): Message {
  const message = fieldsOf(value);
  const role = textOf(message["role"]) ?? "user";
  if (role === "tool") return { role, parts: [toolResponsePart(message["tool_call_id"], message["content"])] };
  return {
    role,
    parts: [
      ...textParts("reasoning", message["thinking"]),
      ...textParts("text", message["content"]),
      ...imageParts(message["images"]),
      ...listOf(message["tool_calls"]).map(toCallPart),
    ],
  };
}

/** A text that has something in it. */
export function textParts(type: "text" | "reasoning", content: unknown): readonly Part[] {
  return typeof content === "string" && content !== "" ? [{ type, content }] : [];
}

/** Images, which the library has put into base64 by now. */
export function imageParts(images: unknown): readonly Part[] {
  return listOf(images).map((image) => blob("image", textOf(image) ?? ""));
}

function toCallPart(value: unknown): Part {
  const call: Fields = fieldsOf(value);
  const { name, arguments: toolArguments } = fieldsOf(call["function"]);
  return toolCallPart(call["id"], name, toolArguments ?? {});
}
