import { fieldsOf, listOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import { blob, itemPart, mediaPart, textOfAll } from "../parts.ts";

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

/** The text of a tool's answer: a string, or the texts of its parts; anything else as it is. */
export function toolResponseOf(content: unknown): unknown {
  return Array.isArray(content) ? (textOfAll(content) ?? toParts(content)) : content;
}
