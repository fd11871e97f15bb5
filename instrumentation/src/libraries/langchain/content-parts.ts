import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import { blob, itemPart, mediaPart } from "../parts.ts";
import { serverToolPart } from "./server-tools.ts";

/** The parts of a message's `content`: a string or a list of blocks, LangChain's own or a provider's. */
export function toParts(content: unknown): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return listOf(content).flatMap((block) =>
    typeof block === "string" ? toParts(block) : toBlockParts(fieldsOf(block)),
  );
}

/** The text of a content of nothing but text; else its parts. */
export function textIn(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const parts = toParts(content);
  const texts = parts.flatMap((part) => (part.type === "text" ? [part.content] : []));
  return texts.length === parts.length ? texts.join("") : parts;
}

function toBlockParts(block: Fields): readonly Part[] {
  const type = textOf(block["type"]) ?? "unknown";
  const reasoning = reasoningIn(block);
  if (reasoning !== undefined) return reasoning === "" ? [] : [{ type: "reasoning", content: reasoning }];
  const text = textOf(block["text"]);
  if (text !== undefined) return toParts(text);
  const serverTool = serverToolPart(type, block);
  if (serverTool !== undefined) return [serverTool];
  return [mediaTypes.has(type) ? toMediaPart(type, block) : itemPart(type, block["id"])];
}

/** LangChain's and OpenAI's `reasoning`, Anthropic's `thinking`, Bedrock's `reasoning_content`. */
function reasoningIn(block: Fields): string | undefined {
  const { type, reasoning, thinking, reasoningText, summary } = block;
  if (type === "reasoning") return textOf(reasoning) ?? textsOf(summary);
  if (type === "thinking") return textOf(thinking) ?? "";
  if (type === "reasoning_content") return textOf(fieldsOf(reasoningText)["text"]) ?? "";
  return undefined;
}

const textsOf = (parts: unknown): string =>
  listOf(parts)
    .map((part) => textOf(fieldsOf(part)["text"]) ?? "")
    .join("");

const mediaTypes = new Set(["image_url", "image", "audio", "input_audio", "video", "file", "document"]);

function toMediaPart(type: string, block: Fields): Part {
  const modality = type === "image_url" ? "image" : type === "input_audio" ? "audio" : type;
  const nested = fieldsOf(block["source"] ?? block[type]);
  const url = textOf(block["url"]) ?? textOf(block[type]) ?? textOf(nested["url"]);
  const data = textOf(block["data"]) ?? textOf(nested["data"]);
  const mimeType = block["mimeType"] ?? block["mime_type"] ?? nested["media_type"];
  if (url !== undefined || data === undefined) return mediaPart(modality, url);
  return { ...blob(modality, data), ...(typeof mimeType === "string" && { mime_type: mimeType }) };
}
