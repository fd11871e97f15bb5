/** What a tool gave back, out of all the wrappings in which libraries put it, and whether that was a failure. */
import type { JsonValue } from "../model/session.ts";
import { firstMember, isList, isObject, member, parseStructure, textMember, unwrapJson } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";
import { describeMedia, hasInlineMedia, readMedia, resourceText } from "./media-part.ts";

export interface ToolResult {
  readonly content?: JsonValue;
  readonly error?: string;
}

/** Reads a result as found in a message or on a span. `failed`: the carrier itself says that the tool failed. */
export function readToolResult(raw: JsonValue | undefined, failed = false): ToolResult {
  if (raw === undefined || isPlaceholder(raw)) return failed ? { error: "error" } : {};
  const typed = openTypedOutput(raw);
  const content = unwrapResult(typed.value);
  const error = failed || typed.failed ? errorText(content) : errorOfContent(content);
  return error === undefined ? { content } : { error };
}

/** Results that say themselves that they are errors: `{error: …}`, `Error: …`, `SomethingError: …`. */
function errorOfContent(content: JsonValue): string | undefined {
  if (typeof content === "string") return /^(?:Error\b|[A-Z]\w*Error:)/.test(content) ? content : undefined;
  const error = member(content, "error");
  const isError =
    error === true || (typeof error === "object" && error !== null) || (typeof error === "string" && error !== "");
  return isError ? errorText(content) : undefined;
}

/** Content that was withheld before it left the process. */
export function isPlaceholder(value: JsonValue): boolean {
  return value === "__REDACTED__" || value === "<not specified>";
}

function errorText(content: JsonValue): string {
  if (typeof content === "string") return content === "" ? "error" : content;
  return (
    textMember(content, "error", "message") ??
    textMember(member(content, "error"), "message") ??
    JSON.stringify(content)
  );
}

interface Opened {
  readonly value: JsonValue;
  readonly failed: boolean;
}

/** What says itself of which kind it is, also as text. */
function openTypedOutput(raw: JsonValue): Opened {
  const value = typeof raw === "string" && raw.startsWith("{") ? unwrapJson(raw) : raw;
  return openSdkOutput(value) ?? openMcpResult(value) ?? { value, failed: false };
}

/** AI SDK: `{type: "json" | "text" | "content" | "error-json" | "error-text", value}`, `{type: "execution-denied"}`. */
function openSdkOutput(raw: JsonValue): Opened | undefined {
  const type = textMember(raw, "type");
  const value = member(raw, "value");
  if (type === "execution-denied") return { value: textMember(raw, "reason") ?? "execution denied", failed: true };
  return type === undefined || value === undefined ? undefined : { value, failed: type.startsWith("error") };
}

/** MCP's CallToolResult: its structured content says the same as its parts, and says it better. */
function openMcpResult(raw: JsonValue): Opened | undefined {
  const parts = member(raw, "content");
  if (!isObject(raw) || !isList(parts) || !Object.keys(raw).every((key) => mcpKeys.has(key))) return undefined;
  if (!parts.every((part) => mcpTypes.has(textMember(part, "type") ?? ""))) return undefined;
  const failed = firstMember(raw, ["isError", "is_error"]) === true;
  return { value: failed ? parts : (firstMember(raw, ["structuredContent", "structured_content"]) ?? parts), failed };
}

const mcpTypes = new Set(["text", "image", "audio", "resource", "resource_link"]);
const mcpKeys = new Set(["content", "isError", "is_error", "structuredContent", "structured_content", "_meta", "meta"]);

function unwrapResult(raw: JsonValue): JsonValue {
  const value = unwrapJson(raw);
  if (isObject(value)) return openObject(value);
  if (!isList(value) || value.length === 0) return value;
  const texts = textsOfParts(value);
  if (texts !== undefined) return unwrapJson(texts.join("\n"));
  const only = value.length === 1 ? member(value[0], "json") : undefined;
  return only ?? value;
}

/** Undefined when it is a list of something else than parts. Media stand described among the texts, never as base64. */
function textsOfParts(parts: readonly JsonValue[]): readonly string[] | undefined {
  const texts = parts.map((part) => textOfPart(part) ?? resourceText(part));
  if (texts.every((text) => text === undefined) && !parts.some(hasInlineMedia)) return undefined;
  const described = parts.map((part, at) => texts[at] ?? describePart(part));
  return described.every((text) => text !== undefined) ? described : undefined;
}

function describePart(part: JsonValue): string | undefined {
  const media = isObject(part) ? readMedia(part) : undefined;
  return media === undefined ? undefined : describeMedia(media);
}

/** `{type: "text", text}` and LangSmith's and MCP's `{outputs}` and `{result, is_error?}`. */
function openObject(value: JsonObject): JsonValue {
  const keys = Object.keys(value);
  if (hasInlineMedia(value)) return describePart(value) ?? value;
  const text = member(value, "type") === "text" ? textOfPart(value) : undefined;
  if (text !== undefined) return parseStructure(text) ?? text;
  if (keys.length <= 2 && Object.hasOwn(value, "result")) return unwrapJson(member(value, "result") ?? null);
  if (keys.length === 1 && Object.hasOwn(value, "outputs")) return unwrapJson(member(value, "outputs") ?? null);
  return value;
}

function textOfPart(part: JsonValue): string | undefined {
  const text = member(part, "text") ?? (member(part, "type") === "text" ? member(part, "content") : undefined);
  const keys = isObject(part) ? Object.keys(part).length : 0;
  return typeof text === "string" && (keys === 1 || member(part, "type") !== undefined) ? text : undefined;
}
