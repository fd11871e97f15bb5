import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Message, Part } from "../../message.ts";
import { itemPart, textOfAll, toolCallPart, toolResponsePart } from "../parts.ts";
import { serverToolCall, serverToolResponse } from "../server-tool-parts.ts";
import { filePart } from "./file-part.ts";

/** A message of a prompt in the conventions' form: of the language model specification, version 1 to 4, or of a call. */
export function toMessage(value: unknown): Message {
  const { role, content } = fieldsOf(value);
  return role === "assistant"
    ? { role, parts: toAnswerParts(content) }
    : { role: textOf(role) ?? "user", parts: toParts(content) };
}

/** The parts of a message's `content`. */
export const toParts = (content: unknown): readonly Part[] => partsOf(content, toPart);

/** The parts of a model's answer: a result among them is of a tool that the provider ran. */
export const toAnswerParts = (content: unknown): readonly Part[] =>
  partsOf(content, (part) => serverToolPart(part) ?? toPart(part));

function partsOf(content: unknown, read: typeof toPart): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return listOf(content).map((part) => read(fieldsOf(part)));
}

function serverToolPart(part: Fields): Part | undefined {
  const { type, toolCallId, toolName, providerExecuted, input, args } = part;
  const name = textOf(toolName) ?? "";
  if (type === "tool-call" && providerExecuted === true) return serverToolCall(toolCallId, name, input ?? args);
  if (type !== "tool-result") return undefined;
  const response = toolResponseOf(part);
  const { error } = fieldsOf(response);
  return serverToolResponse(toolCallId, name, error === undefined ? { result: response } : { error });
}

function toPart(part: Fields): Part {
  const type = textOf(part["type"]) ?? "unknown";
  if (type === "text" || type === "reasoning") return { type, content: textOf(part["text"]) ?? "" };
  if (type === "tool-call") return toolCallPart(part["toolCallId"], part["toolName"], part["input"] ?? part["args"]);
  if (type === "tool-result") return toolResponsePart(part["toolCallId"], toolResponseOf(part));
  if (type === "file" || type === "image" || type === "reasoning-file") return filePart(type, part);
  return itemPart(type, part["id"] ?? part["approvalId"]);
}

/** Version 1 and a provider's own tools have a `result`, later versions an `output` that says what kind of thing it is. */
function toolResponseOf({ output, result, isError }: Fields): unknown {
  if (output === undefined) return isError === true ? { error: result } : result;
  const { type, value, reason } = fieldsOf(output);
  if (type === "error-text" || type === "error-json") return { error: value };
  if (type === "execution-denied") return { error: textOf(reason) ?? "execution denied" };
  return type === "content" ? (textOfAll(value) ?? toParts(value)) : value;
}
