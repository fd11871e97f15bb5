import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Message, Part } from "../../message.ts";
import { blob, itemPart, textOfAll, toolCallPart, toolResponsePart } from "../parts.ts";
import { serverToolCall, serverToolResponse } from "../server-tool-parts.ts";
import { withToolResultsApart } from "../with-tool-results-apart.ts";

/** A message of Converse in the conventions' form: tool results, which a user message holds there, are a tool's. */
export function toMessages(value: unknown): readonly Message[] {
  const message = fieldsOf(value);
  const role = textOf(message["role"]) ?? "user";
  return role === "assistant"
    ? [{ role, parts: toAnswerParts(message["content"]) }]
    : withToolResultsApart(role, toParts(message["content"]));
}

/** The parts of a message's `content` or of `system`: blocks with one member each, whose name is the block's kind. */
export const toParts = (content: unknown): readonly Part[] => partsOf(content, toPart);

/** Those of an answer of the model: what gave a result in it is a tool that AWS ran itself. */
export const toAnswerParts = (content: unknown): readonly Part[] =>
  partsOf(content, (kind, value) => serverToolPart(kind, fieldsOf(value)) ?? toPart(kind, value));

function partsOf(content: unknown, read: typeof toPart): readonly Part[] {
  return listOf(content).flatMap((block) =>
    Object.entries(fieldsOf(block)).flatMap(([kind, value]) => read(kind, value) ?? []),
  );
}

function serverToolPart(kind: string, block: Fields): Part | undefined {
  const { toolUseId, name, input, type } = block;
  if (kind === "toolUse" && type === "server_tool_use") return serverToolCall(toolUseId, textOf(name) ?? "", input);
  if (kind !== "toolResult") return undefined;
  const result = resultOf(block["content"]);
  const tool = textOf(type)?.replace(/_result$/, "") ?? "tool";
  return serverToolResponse(toolUseId, tool, block["status"] === "error" ? { error: result } : { result });
}

const mediaKinds = new Set(["image", "document", "video", "audio"]);

function toPart(kind: string, value: unknown): Part | undefined {
  const block = fieldsOf(value);
  if (kind === "text") return { type: "text", content: textOf(value) ?? "" };
  if (kind === "toolUse") return toolCallPart(block["toolUseId"], block["name"], block["input"]);
  if (kind === "toolResult") return toolResultPart(block);
  if (kind === "reasoningContent") return reasoningPart(block);
  if (kind === "citationsContent") return { type: "text", content: textOfAll(block["content"]) ?? "" };
  if (kind === "guardContent" && "text" in block) {
    return { type: "text", content: textOf(fieldsOf(block["text"])["text"]) ?? "" };
  }
  // Where a cache may begin: nothing that is said.
  if (kind === "cachePoint") return undefined;
  return mediaKinds.has(kind) ? mediaPart(kind, block) : itemPart(kind);
}

/** The result as its text or JSON, where it is one; a failed one as the conventions' readers know an error. */
function toolResultPart({ toolUseId, content, status }: Fields): Part {
  const result = resultOf(content);
  return toolResponsePart(toolUseId, status === "error" ? { error: result } : result);
}

function resultOf(content: unknown): unknown {
  const [only, ...others] = listOf(content).map(fieldsOf);
  return others.length === 0 && only?.["json"] !== undefined ? only["json"] : (textOfAll(content) ?? toParts(content));
}

/** What the model thought, unless it is encrypted. */
function reasoningPart(block: Fields): Part {
  const text = textOf(fieldsOf(block["reasoningText"])["text"]);
  return text === undefined ? itemPart("redacted_reasoning") : { type: "reasoning", content: text };
}

/** The bytes themselves for Converse, base64 in a body of `InvokeModel`, or where in S3 they are. */
function mediaPart(modality: string, { format, source }: Fields): Part {
  const { bytes, s3Location, text } = fieldsOf(source);
  const uri = textOf(fieldsOf(s3Location)["uri"]);
  if (uri !== undefined) return { type: "uri", modality, uri };
  if (typeof text === "string") return { type: "text", content: text };
  const mime = typeof format === "string" && modality !== "document" ? { mime_type: `${modality}/${format}` } : {};
  if (typeof bytes === "string") return { ...blob(modality, bytes), ...mime };
  if (bytes instanceof Uint8Array) return { type: "blob", modality, size: Math.ceil(bytes.length / 3) * 4, ...mime };
  return itemPart(modality);
}
