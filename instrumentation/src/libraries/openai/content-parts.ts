import { fieldsOf, listOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";

/** The parts of a message's `content`: a string or a list of content parts of either API. */
export function toParts(content: unknown): readonly Part[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", content }];
  return listOf(content).map(toPart);
}

function toPart(value: unknown): Part {
  const part = fieldsOf(value);
  const type = textOf(part["type"]) ?? "unknown";
  const text = textOf(part["text"]) ?? textOf(part["refusal"]);
  if (text !== undefined) return { type: type === "reasoning_text" ? "reasoning" : "text", content: text };
  if (type === "image_url") return mediaPart("image", textOf(fieldsOf(part["image_url"])["url"]));
  if (type === "input_image") return mediaPart("image", textOf(part["image_url"]));
  if (type === "input_audio") return blob("audio", textOf(fieldsOf(part["input_audio"])["data"]) ?? "");
  return itemPart(type, part["id"], part["status"]);
}

/** What only the provider understands, without its payload. */
export function itemPart(itemType: string, id?: unknown, status?: unknown): Part {
  return {
    type: "provider_item",
    item_type: itemType,
    ...(typeof id === "string" && { id }),
    ...(typeof status === "string" && { status }),
  };
}

/** The text of a tool's answer: a string, or the texts of its parts; anything else as it is. */
export function toolResponseOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const texts = content.map((part) => textOf(fieldsOf(part)["text"]));
  return texts.every((text) => text !== undefined) ? texts.join("") : toParts(content);
}

function mediaPart(modality: string, url: string | undefined): Part {
  if (url === undefined) return itemPart(modality);
  if (!url.startsWith("data:")) return { type: "uri", modality, uri: url };
  const comma = url.indexOf(",");
  return { ...blob(modality, url.slice(comma + 1)), mime_type: /^data:([^;,]*)/.exec(url)?.[1] ?? "" };
}

function blob(modality: string, base64: string): Part & { type: "blob" } {
  return { type: "blob", modality, size: base64.length };
}
