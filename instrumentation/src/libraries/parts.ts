/** Parts of messages in the conventions' form, for the readers of all libraries. */
import { fieldsOf, listOf, parsedOrText, textOf } from "../json.ts";
import type { Part } from "../message.ts";

/** A tool call; arguments that are JSON are parsed, others kept as text. */
export function toolCallPart(id: unknown, name: unknown, json: unknown): Part {
  return {
    type: "tool_call",
    ...(typeof id === "string" && { id }),
    name: textOf(name) ?? "",
    arguments: typeof json === "string" ? parsedOrText(json) : json,
  };
}

/** What a tool answered to the call `id`. */
export function toolResponsePart(id: unknown, response: unknown): Part {
  return { type: "tool_call_response", ...(typeof id === "string" && { id }), response };
}

/** The text of parts that are nothing but text; undefined when one of them is something else. */
export function textOfAll(parts: unknown): string | undefined {
  const texts = listOf(parts).map((part) => textOf(fieldsOf(part)["text"]));
  return texts.every((text) => text !== undefined) ? texts.join("") : undefined;
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

/** Media by its address; of a data URL only how large it is. */
export function mediaPart(modality: string, url: string | undefined): Part {
  if (url === undefined) return itemPart(modality);
  if (!url.startsWith("data:")) return { type: "uri", modality, uri: url };
  const comma = url.indexOf(",");
  return { ...blob(modality, url.slice(comma + 1)), mime_type: /^data:([^;,]*)/.exec(url)?.[1] ?? "" };
}

/** Media that came with its bytes, given in base64: without them. */
export function blob(modality: string, base64: string): Part & { type: "blob" } {
  return { type: "blob", modality, size: base64.length };
}
