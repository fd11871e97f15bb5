/**
 * Images, audio, video and files in a message, in the shapes of the GenAI conventions, OpenAI, Anthropic, AI SDK, Bedrock,
 * Gemini, Genkit, LangChain, Pydantic AI and MCP. They are described, their bytes are never read.
 */
import type { Attachment, JsonValue } from "../model/session.ts";
import { firstMember, isObject, member, textMember } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";

/** Kinds by their types, in lower_snake_case; of some only the content tells which kind of media it is. */
const typePattern =
  /^(?:input_|output_)?(image|audio|video|document|file|blob|uri|media|binary|resource|container_upload|computer_screenshot)(?:_(?:url|data|file|link|id|file_id))*$/;

/** Members under which the facts of a medium lie. Of shapes without a type they name the kind. */
const holders = [
  "source",
  "image_url",
  "input_audio",
  "image",
  "audio",
  "video",
  "document",
  "file",
  "inlineData",
  "inline_data",
  "fileData",
  "file_data",
  "media",
  "resource",
];
const nameKeys = ["filename", "file_name", "name", "title", "displayName", "display_name"];
const mimeKeys = ["mime_type", "mimeType", "media_type", "mediaType", "contentType", "format"];
const placeKeys = ["url", "uri", "fileUri", "file_uri", "file_id", "fileId", "image_url", "file_url", "image"];
const bytesKeys = ["data", "bytes", "base64", "blob", "content", "file_data", "url", "image_url", "image"];

const maxFactLength = 200;

/** Undefined for what is no medium. */
export function readMedia(part: JsonObject): Attachment | undefined {
  const type = textMember(part, "type");
  const word = type === undefined ? untypedWord(part) : typePattern.exec(toSnakeCase(type))?.[1];
  if (word === undefined) return undefined;
  const layers = layersOf(part);
  const [name, mediaType, uri] = [textIn(layers, nameKeys), mimeOf(layers), placeOf(layers)].map((fact) =>
    fact?.slice(0, maxFactLength),
  );
  const bytes = bytesOf(part, layers);
  return {
    kind: kindOf(word, textMember(part, "modality"), mediaType),
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(name === undefined ? {} : { name }),
    ...(uri === undefined ? {} : { uri }),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

/** `[image: photo.png, image/png]`: how it stands in a text. */
export function describeMedia({ kind, name, mediaType, uri }: Attachment): string {
  const facts = [name, mediaType, uri].flatMap((fact) => fact ?? []);
  return facts.length === 0 ? `[${kind}]` : `[${kind}: ${[...new Set(facts)].join(", ")}]`;
}

/** Does it carry the bytes themselves, as base64 or in a data URL? */
export function hasInlineMedia(part: JsonValue): boolean {
  return isObject(part) && readMedia(part) !== undefined && base64In(layersOf(part)) !== undefined;
}

/** How many they are, where they are here, or where our own instrumentation counted (characters of base64) and left them out. */
function bytesOf(part: JsonObject, layers: readonly JsonObject[]): number | undefined {
  const counted = member(part, "type") === "blob" ? member(part, "size") : undefined;
  const base64 = base64In(layers);
  if (base64 === undefined) return typeof counted === "number" && counted > 0 ? toBytes(counted) : undefined;
  return toBytes(base64.replace(/^data:[^,]*,/, "").replace(/=+$/, "").length);
}

/** Four characters are three bytes. */
function toBytes(characters: number): number {
  return Math.floor((characters * 3) / 4);
}

function base64In(layers: readonly JsonObject[]): string | undefined {
  for (const layer of layers) {
    for (const key of bytesKeys) {
      const value = member(layer, key);
      if (typeof value === "string" && (value.startsWith("data:") || /^[\w+/-]{16,}={0,2}$/.test(value))) return value;
    }
  }
  return undefined;
}

/** What was said in it, where the provider wrote that down. */
export function transcriptOf(part: JsonObject): string | undefined {
  return textMember(part, "transcript") ?? textMember(member(part, "audio"), "transcript");
}

/** Of a type in any case: `tool-call`, `toolUse`. */
export function toSnakeCase(type: string): string {
  return type
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase();
}

/** Bedrock, Gemini and Genkit: an object with one telling member. */
function untypedWord(part: JsonObject): string | undefined {
  return holders.find((holder) => holder !== "source" && isObject(member(part, holder)));
}

/** The part, what it holds the facts in, and once more: OpenInference has `image.image.url`. */
function layersOf(part: JsonObject): readonly JsonObject[] {
  const inner = holders.map((holder) => member(part, holder)).filter(isObject);
  const innermost = inner.flatMap((layer) => holders.map((holder) => member(layer, holder)).filter(isObject));
  return [part, ...inner, ...innermost];
}

function textIn(layers: readonly JsonObject[], keys: readonly string[]): string | undefined {
  for (const layer of layers) {
    const text = textMember(layer, ...keys);
    if (text !== undefined) return text;
  }
  return undefined;
}

function mimeOf(layers: readonly JsonObject[]): string | undefined {
  const place = textIn(layers, ["url", "image_url", "image"]);
  return textIn(layers, mimeKeys) ?? /^data:([\w.+-]+\/[\w.+-]+)/.exec(place ?? "")?.[1];
}

/** An address without its query, which may hold a signature, or the id of an uploaded file. */
function placeOf(layers: readonly JsonObject[]): string | undefined {
  for (const layer of layers) {
    for (const key of placeKeys) {
      const place = member(layer, key);
      if (typeof place !== "string") continue;
      if (/^(?:https?|gs|s3|file):\/\//.test(place)) return place.replace(/[?#].*$/s, "");
      if (/^(?:file_id|fileId)$/.test(key)) return place;
    }
  }
  return undefined;
}

function kindOf(word: string, modality: string | undefined, mime: string | undefined): Attachment["kind"] {
  if (word === "computer_screenshot") return "image";
  return kindIn(word) ?? kindIn(modality) ?? kindIn(/^\w+(?=\/)/.exec(mime ?? "")?.[0]) ?? "file";
}

function kindIn(text = ""): Attachment["kind"] | undefined {
  return (["image", "audio", "video", "document"] as const).find((kind) => text.includes(kind));
}

/** The text of an embedded resource (MCP), which is content and no attachment. */
export function resourceText(part: JsonValue): string | undefined {
  const text = firstMember(member(part, "resource"), ["text"]);
  return typeof text === "string" ? text : undefined;
}
