/**
 * Images, audio, video and files in a message, in the shapes of the GenAI conventions, OpenAI, Anthropic, AI SDK, Bedrock,
 * Gemini, Genkit, LangChain, Pydantic AI and MCP. They are described, their bytes are never read.
 */
import type { JsonValue } from "../model/session.ts";
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

/** `[image: photo.png, image/png]`; undefined for what is no medium. */
export function describeMedia(part: JsonObject): string | undefined {
  const type = textMember(part, "type");
  const word = type === undefined ? untypedWord(part) : typePattern.exec(toSnakeCase(type))?.[1];
  if (word === undefined) return undefined;
  const layers = layersOf(part);
  const mime = mimeOf(layers);
  const facts = [textIn(layers, nameKeys), mime, placeOf(layers)].flatMap(
    (fact) => fact?.slice(0, maxFactLength) ?? [],
  );
  const kind = kindOf(word, textMember(part, "modality"), mime);
  return facts.length === 0 ? `[${kind}]` : `[${kind}: ${[...new Set(facts)].join(", ")}]`;
}

/** Does it carry the bytes themselves, as base64 or in a data URL? */
export function hasInlineMedia(part: JsonValue): boolean {
  if (!isObject(part) || describeMedia(part) === undefined) return false;
  return layersOf(part).some((layer) =>
    bytesKeys.some((key) => {
      const value = member(layer, key);
      return typeof value === "string" && (value.startsWith("data:") || /^[\w+/-]{16,}={0,2}$/.test(value));
    }),
  );
}

/** What was said in it, where the provider wrote that down. */
export function transcriptOf(part: JsonObject): string | undefined {
  return textMember(part, "transcript") ?? textMember(member(part, "audio"), "transcript");
}

export function toSnakeCase(type: string): string {
  return type.replaceAll("-", "_").toLowerCase();
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

function kindOf(word: string, modality: string | undefined, mime: string | undefined): string {
  const known = word === "computer_screenshot" ? "image" : (/image|audio|video|document/.exec(word)?.[0] ?? modality);
  if (known !== undefined) return known;
  return /^(image|audio|video)\//.exec(mime ?? "")?.[1] ?? "file";
}

/** The text of an embedded resource (MCP), which is content and no attachment. */
export function resourceText(part: JsonValue): string | undefined {
  const text = firstMember(member(part, "resource"), ["text"]);
  return typeof text === "string" ? text : undefined;
}
