/**
 * One part of a message's content, in any library's shape: GenAI conventions, OpenAI (chat and responses), Anthropic,
 * AI SDK, Bedrock, Gemini, Genkit. A part that says nothing of text, calls or results (an image, reasoning, anything
 * unknown) reads as nothing.
 */
import type { JsonValue } from "../model/session.ts";
import { firstMember, isObject, member, textMember, unwrapJson } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";
import type { MessageCall, MessageResult } from "./message.ts";
import { readToolResult } from "./tool-result.ts";

export type MessagePart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "call"; readonly call: MessageCall }
  | { readonly kind: "result"; readonly result: MessageResult }
  | { readonly kind: "other" };

const idKeys = ["call_id", "callId", "toolCallId", "toolUseId", "tool_use_id", "tool_call_id", "id", "ref"];
const nameKeys = ["name", "toolName", "tool_name"];
const argumentKeys = ["arguments", "input", "args", "parameters"];
const contentKeys = ["response", "result", "output", "content", "error"];

const callTypes = new Set(["tool_call", "tool_use", "tool-call", "function_call"]);
const resultTypes = new Set([
  "tool_call_response",
  "tool_result",
  "tool-result",
  "tool-error",
  "function_call_output",
  "function_call_result",
]);
const textTypes = new Set(["text", "input_text", "output_text", "refusal"]);
/** Shapes that name their kind by the key under which the content lies. */
const callWrappers = ["toolUse", "functionCall", "toolRequest"];
const resultWrappers = ["toolResult", "functionResponse", "toolResponse"];

export function readPart(part: JsonValue): MessagePart {
  if (typeof part === "string") return { kind: "text", text: part };
  if (!isObject(part)) return { kind: "other" };
  const type = textMember(part, "type");
  return type === undefined ? readUntypedPart(part) : readTypedPart(part, type);
}

/** Would reading this part find something in it? Tells a list of parts from a list that is plain content. */
export function isPart(value: JsonValue): boolean {
  return isObject(value) && readPart(value).kind !== "other";
}

/** A tool call in OpenAI's shape (`{id, function: {name, arguments}}`) or flat (`{id, name, args}`). */
export function readCall(value: JsonValue): MessageCall | undefined {
  const inner = member(value, "function");
  const facts = isObject(inner) ? inner : value;
  const name = textMember(facts, ...nameKeys);
  if (name === undefined) return undefined;
  const id = textMember(value, ...idKeys);
  return { ...(id === undefined ? {} : { id }), name, arguments: unwrapJson(firstMember(facts, argumentKeys) ?? {}) };
}

function readTypedPart(part: JsonObject, type: string): MessagePart {
  if (textTypes.has(type)) return textPart(part);
  if (callTypes.has(type)) return callPart(part);
  if (resultTypes.has(type)) return resultPart(part, type === "tool-error");
  return { kind: "other" };
}

function readUntypedPart(part: JsonObject): MessagePart {
  const call = firstMember(part, callWrappers);
  if (call !== undefined) return callPart(call);
  const result = firstMember(part, resultWrappers);
  return result === undefined ? textPart(part) : resultPart(result, false);
}

function textPart(part: JsonObject): MessagePart {
  const text = firstMember(part, ["text", "content", "refusal"]);
  return typeof text === "string" ? { kind: "text", text } : { kind: "other" };
}

function callPart(part: JsonValue): MessagePart {
  const call = readCall(part);
  return call === undefined ? { kind: "other" } : { kind: "call", call };
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
