/** What a tool gave back, out of all the wrappings in which libraries put it, and whether that was a failure. */
import type { JsonValue } from "../model/session.ts";
import { isList, isObject, member, parseStructure, textMember, unwrapJson } from "./lenient-json.ts";

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

/** AI SDK outputs: `{type: "json" | "text" | "error-json" | "error-text", value}`. */
function openTypedOutput(raw: JsonValue): { readonly value: JsonValue; readonly failed: boolean } {
  const type = textMember(raw, "type");
  const value = member(raw, "value");
  if (type === undefined || value === undefined) return { value: raw, failed: false };
  return { value, failed: type.startsWith("error") };
}

function unwrapResult(raw: JsonValue): JsonValue {
  const value = unwrapJson(raw);
  if (isObject(value)) return openObject(value);
  if (!isList(value) || value.length === 0) return value;
  const texts = value.map(textOfPart);
  if (texts.every((text) => text !== undefined)) return unwrapJson(texts.join("\n"));
  const only = value.length === 1 ? member(value[0], "json") : undefined;
  return only ?? value;
}

/** `{type: "text", text}` and LangSmith's and MCP's `{outputs}` and `{result, is_error?}`. */
function openObject(value: { readonly [key: string]: JsonValue }): JsonValue {
  const keys = Object.keys(value);
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
