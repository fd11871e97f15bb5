/**
 * One part of a message's content, in any library's shape: GenAI conventions, OpenAI (chat and responses), OpenAI Agents,
 * Anthropic, AI SDK, Bedrock, Gemini, Genkit, LangChain, Pydantic AI, MCP.
 */
import type { JsonValue } from "../model/session.ts";
import { firstMember, isObject, member, textMember, unwrapJson } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";
import { readMedia, toSnakeCase, transcriptOf } from "./media-part.ts";
import type { MessageCall, MessageOther, MessageResult } from "./message.ts";
import { isMarkedProviderRun, readProviderTool, typeOfItem } from "./provider-tool.ts";
import { reasoningIn } from "./reasoning-part.ts";
import { readToolResult } from "./tool-result.ts";

export type MessagePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "call"; readonly call: MessageCall }
  | { readonly kind: "result"; readonly result: MessageResult }
  | { readonly kind: "other"; readonly other: MessageOther };

const idKeys = ["call_id", "callId", "toolCallId", "toolUseId", "tool_use_id", "tool_call_id", "id", "ref"];
const nameKeys = ["name", "toolName", "tool_name"];
const argumentKeys = ["arguments", "input", "args", "parameters", "action", "operation"];
const contentKeys = ["response", "result", "output", "content", "error"];

/** Types in lower_snake_case; AI SDK writes the others with hyphens. */
const textTypes = new Set(["text", "input_text", "output_text", "refusal"]);
/** The last five: tools that the Responses API knows by name and the application runs. */
const callTypes = new Set([
  "tool_call",
  "tool_use",
  "function_call",
  "custom_tool_call",
  "computer_call",
  "local_shell_call",
  "shell_call",
  "apply_patch_call",
]);
const resultTypes = new Set(["tool_call_response", "tool_result", "tool_error"]);
/** `function_call_output`, OpenAI Agents' `function_call_result` and their like for the other calls. */
const resultPattern = /_call_(?:output|result)$/;
/** Shapes that name their kind by the key under which the content lies. Gemini's Python library writes snake_case. */
const callWrappers = ["toolUse", "functionCall", "function_call", "toolRequest"];
const resultWrappers = ["toolResult", "functionResponse", "function_response", "toolResponse"];

export function readPart(part: JsonValue): MessagePart {
  if (typeof part === "string") return { kind: "text", text: part };
  if (!isObject(part)) return other("unknown");
  const type = typeOfItem(part);
  if (type !== undefined && textTypes.has(type)) return textPart(part, type);
  const read = type === undefined ? readUntypedPart(part) : readTypedPart(part, type);
  return isMarkedProviderRun(part) ? toProviderRun(read, type ?? "unknown") : read;
}

/** Would reading this part find something in it? Tells a list of parts from a list that is plain content. */
export function isPart(value: JsonValue): boolean {
  return isObject(value) && readPart(value).kind !== "other";
}

/** Says only that somebody allowed or refused a call: it is no result of the call. */
export function isApproval(part: MessagePart): boolean {
  return part.kind === "other" && toSnakeCase(part.other.type).endsWith("approval_response");
}

/** A tool call in OpenAI's shape (`{id, function: {name, arguments}}`) or flat (`{id, name, args}`). */
export function readCall(value: JsonValue): MessageCall | undefined {
  const inner = firstMember(value, ["function", "custom"]);
  const facts = isObject(inner) ? inner : value;
  const name = textMember(facts, ...nameKeys);
  return name === undefined ? undefined : callOf(value, facts, name);
}

function callOf(value: JsonValue, facts: JsonValue, name: string): MessageCall {
  const id = textMember(value, ...idKeys);
  return { ...(id === undefined ? {} : { id }), name, arguments: unwrapJson(firstMember(facts, argumentKeys) ?? {}) };
}

/** The call and the answer of a tool that the provider ran stand beside those that somebody was asked for. */
function toProviderRun(part: MessagePart, type: string): MessagePart {
  if (part.kind === "call") return other(type, { call: part.call });
  return part.kind === "result" ? other(type, { result: part.result }) : part;
}

function readTypedPart(part: JsonObject, type: string): MessagePart {
  const plainType = toSnakeCase(type);
  const providerTool = readProviderTool(part, plainType);
  if (providerTool !== undefined) return other(type, providerTool);
  if (callTypes.has(plainType)) return callPart(part, type);
  if (resultTypes.has(plainType) || resultPattern.test(plainType)) return resultPart(part, plainType === "tool_error");
  return mediaPart(part, type) ?? other(type, reasoningIn(part, plainType));
}

function readUntypedPart(part: JsonObject): MessagePart {
  const call = firstMember(part, callWrappers);
  if (call !== undefined) return callPart(call, "unknown");
  const result = firstMember(part, resultWrappers);
  if (result !== undefined) return resultPart(result, false);
  if (textMember(part, "toolCallId") !== undefined) return readSdkCall(part);
  const type = Object.keys(part)[0] ?? "unknown";
  const text = textPart(part, type);
  if (text.kind === "text") return text;
  const providerTool = readProviderTool(part, toSnakeCase(type));
  return providerTool === undefined ? (mediaPart(part, type) ?? text) : other(type, providerTool);
}

/** AI SDK's `toolCalls` and `toolResults` on their own have no type. */
function readSdkCall(part: JsonObject): MessagePart {
  return firstMember(part, ["output", "result"]) === undefined ? callPart(part, "tool-call") : resultPart(part, false);
}

/** Gemini marks its thoughts; Bedrock wraps the text of guarded and cited content. */
function textPart(part: JsonObject, type: string): MessagePart {
  if (member(part, "thought") === true) return other("thought", reasoningIn(part, "thought"));
  const text = firstMember(part, ["text", "content", "refusal"]) ?? wrappedText(part);
  return typeof text === "string" ? { kind: "text", text } : other(type, reasoningIn(part, toSnakeCase(type)));
}

function wrappedText(part: JsonObject): string | undefined {
  const guarded = member(member(part, "guardContent"), "text");
  const cited = member(member(part, "citationsContent"), "content");
  const texts = Array.isArray(cited) ? cited.flatMap((piece: JsonValue) => textMember(piece, "text") ?? []) : [];
  return textMember(guarded, "text") ?? (texts.length === 0 ? undefined : texts.join(""));
}

/** Speech of which there is a transcript is what was said. */
function mediaPart(part: JsonObject, type: string): MessagePart | undefined {
  const attachment = readMedia(part);
  if (attachment === undefined) return undefined;
  const transcript = transcriptOf(part);
  return transcript === undefined ? other(type, { attachment }) : { kind: "text", text: transcript };
}

function callPart(part: JsonValue, type: string): MessagePart {
  const call = readCall(part) ?? (type.endsWith("_call") ? callOf(part, part, type.replace(/_call$/, "")) : undefined);
  return call === undefined ? other(type) : { kind: "call", call };
}

function resultPart(part: JsonValue, failed: boolean): MessagePart {
  const id = textMember(part, ...idKeys);
  const name = textMember(part, ...nameKeys);
  const saysFailed =
    failed ||
    member(part, "is_error") === true ||
    member(part, "isError") === true ||
    member(part, "status") === "error";
  const result = readToolResult(firstMember(part, contentKeys), saysFailed);
  return {
    kind: "result",
    result: { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }), ...result },
  };
}

function other(type: string, facts: Omit<MessageOther, "type"> = {}): MessagePart {
  return { kind: "other", other: { type, ...facts } };
}
