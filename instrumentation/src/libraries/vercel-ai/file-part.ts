import { type Fields, fieldsOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import { blob, itemPart, mediaPart } from "../parts.ts";

/** A file or image of a message: its address, or how large it is. */
export function filePart(type: string, part: Fields): Part {
  const mimeType = textOf(part["mediaType"]) ?? textOf(part["mimeType"]);
  const file = dataPart(modalityOf(type, mimeType), part["image"] ?? part["data"]);
  return file.type === "blob" && mimeType !== undefined ? { ...file, mime_type: mimeType } : file;
}

function modalityOf(type: string, mimeType: string | undefined): string {
  const [kind = ""] = (mimeType ?? type).split("/");
  return ["image", "audio", "video"].includes(kind) ? kind : "document";
}

/** Bytes, base64, an address, or (since version 4 of the specification) an object that says which of them it holds. */
function dataPart(modality: string, data: unknown): Part {
  if (data instanceof URL) return mediaPart(modality, data.href);
  if (data instanceof Uint8Array) return { type: "blob", modality, size: Math.ceil(data.byteLength / 3) * 4 };
  if (typeof data === "string") return URL.canParse(data) ? mediaPart(modality, data) : blob(modality, data);
  const { type, text, url, data: nested } = fieldsOf(data);
  if (type === "text") return { type: "text", content: textOf(text) ?? "" };
  return url === undefined && nested === undefined ? itemPart(modality) : dataPart(modality, url ?? nested);
}
