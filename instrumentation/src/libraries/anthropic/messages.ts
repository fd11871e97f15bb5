import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Message, Part } from "../../message.ts";
import { blob, itemPart, textOfAll, toolCallPart, toolResponsePart } from "../parts.ts";
import { serverToolPart } from "./server-tools.ts";
import { withToolResultsApart } from "../with-tool-results-apart.ts";

/** A message of the Messages API in the conventions' form: tool results, which a user message holds there, are a tool's. */
export function toMessages(value: unknown): readonly Message[] {
  const message = fieldsOf(value);
  return withToolResultsApart(textOf(message["role"]) ?? "user", toParts(message["content"]));
}

/** The parts of a message's `content` or of `system`: a string or a list of content blocks. */
export function toParts(content: unknown): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return listOf(content).map((block) => toPart(fieldsOf(block)));
}

function toPart(block: Fields): Part {
  const type = textOf(block["type"]) ?? "unknown";
  if (type === "text") return { type: "text", content: textOf(block["text"]) ?? "" };
  if (type === "thinking") return { type: "reasoning", content: textOf(block["thinking"]) ?? "" };
  if (type === "tool_use") return toolCallPart(block["id"], block["name"], block["input"]);
  if (type === "tool_result") return toolResultPart(block);
  if (type === "image" || type === "document") return mediaPart(type, fieldsOf(block["source"]));
  return serverToolPart(type, block) ?? itemPart(type, block["id"] ?? block["tool_use_id"]);
}

/** The result as its text, where it has one; a failed one as the conventions' readers know an error. */
function toolResultPart(block: Fields): Part {
  const { tool_use_id: id, content, is_error: isError } = block;
  const response = isError === true ? { error: textIn(content) } : textIn(content);
  return toolResponsePart(id, response);
}

function textIn(content: unknown): unknown {
  return Array.isArray(content) ? (textOfAll(content) ?? toParts(content)) : content;
}

function mediaPart(type: string, source: Fields): Part {
  const modality = type === "image" ? "image" : "document";
  const { type: sourceType, url, data, media_type: mimeType } = source;
  if (typeof url === "string") return { type: "uri", modality, uri: url };
  if (typeof data !== "string") return itemPart(type);
  if (sourceType === "text") return { type: "text", content: data };
  return { ...blob(modality, data), ...(typeof mimeType === "string" && { mime_type: mimeType }) };
}
