/** Reads one message, whatever library wrote it: role, text, tool calls and tool results. Never throws. */
import type { JsonValue } from "../model/session.ts";
import { parseLangChainMessage } from "./langchain-message.ts";
import { isList, isObject, member, parseStructure, textMember } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";
import { isPart, readCall, readPart } from "./message-parts.ts";
import type { MessagePart } from "./message-parts.ts";
import type { Message, MessageCall, MessageResult, MessageRole } from "./message.ts";
import { isPlaceholder, readToolResult } from "./tool-result.ts";

const roles = new Map<string, MessageRole>([
  ["user", "user"],
  ["human", "user"],
  ["assistant", "assistant"],
  ["ai", "assistant"],
  ["model", "assistant"],
  ["system", "system"],
  ["developer", "system"],
  ["tool", "tool"],
  ["function", "tool"],
]);

/** Undefined when the value is no message, or one that says nothing (reasoning, say). `defaultRole`: of a message without one. */
export function parseMessage(value: JsonValue, defaultRole: MessageRole = "user"): Message | undefined {
  if (typeof value === "string") return plainMessage(defaultRole, value);
  if (!isObject(value)) return undefined;
  const langChain = parseLangChainMessage(value);
  if (langChain !== undefined) return parseMessage(langChain, defaultRole);
  return assemble(roleOf(value) ?? defaultRole, value);
}

/** A user message that answers a tool call is a tool message: Anthropic's, flattened. */
function roleOf(value: JsonObject): MessageRole | undefined {
  const role = roles.get(textMember(value, "role")?.toLowerCase() ?? "") ?? roleOfItem(value);
  return role === "user" && textMember(value, "tool_call_id") !== undefined ? "tool" : role;
}

/** The messages of a list; a list within the list (batched prompts) stands for its first element. */
export function parseMessages(value: JsonValue | undefined, defaultRole: MessageRole = "user"): readonly Message[] {
  if (!isList(value)) {
    const message = value === undefined || value === null ? undefined : parseMessage(value, defaultRole);
    return message === undefined ? [] : [message];
  }
  const items = isList(value[0]) ? value[0] : value;
  return items.flatMap((item) => parseMessage(item, defaultRole) ?? []);
}

export function plainMessage(role: MessageRole, text: string): Message {
  return { role, text, calls: [], results: [] };
}

/** Items of a list that carry a call or a result and no role: the Responses API's. */
function roleOfItem(value: JsonObject): MessageRole | undefined {
  if (member(value, "type") === undefined) return undefined;
  const { kind } = readPart(value);
  return kind === "call" ? "assistant" : kind === "result" ? "tool" : undefined;
}

function assemble(role: MessageRole, value: JsonObject): Message | undefined {
  const parts = [...partsOf(role, value), ...callsBeside(value)];
  const calls = uniqueById(parts.flatMap((part) => (part.kind === "call" ? [part.call] : [])));
  const results = parts.flatMap((part) => (part.kind === "result" ? [part.result] : []));
  const text = textOf(role, parts);
  if (role === "tool" || (role === "user" && results.length > 0 && text === "")) {
    return { role: "tool", text: "", calls: [], results: resultsOf(value, results, text) };
  }
  if (isItemWithoutContent(value) && calls.length === 0 && results.length === 0 && text === "") return undefined;
  return { role, text, calls, results };
}

function partsOf(role: MessageRole, value: JsonObject): readonly MessagePart[] {
  const item = member(value, "role") === undefined ? readPart(value) : undefined;
  if (item !== undefined && item.kind !== "other" && item.kind !== "text") return [item];
  const content = member(value, "parts") ?? member(value, "content") ?? member(value, "text");
  return contentParts(role, content);
}

function contentParts(role: MessageRole, content: JsonValue | undefined): readonly MessagePart[] {
  if (isList(content)) return content.map(readPart);
  if (typeof content === "string") return openText(role, content) ?? [{ kind: "text", text: content }];
  return isObject(content) ? [readPart(content)] : [];
}

/** A text that is itself a JSON list of parts, not one that only looks like JSON: users paste that. */
function openText(role: MessageRole, text: string): readonly MessagePart[] | undefined {
  if (role === "tool" || !text.startsWith("[")) return undefined;
  const list = parseStructure(text);
  if (!isList(list) || !list.every((part) => textMember(part, "type") !== undefined || isPart(part))) return undefined;
  return list.some(isPart) ? list.map(readPart) : undefined;
}

/** `tool_calls` (and the older `function_call`) beside the content. */
function callsBeside(value: JsonObject): readonly MessagePart[] {
  const list = member(value, "tool_calls");
  const older = member(value, "function_call");
  const calls = isList(list) ? list : older === undefined || older === null ? [] : [older];
  return calls.flatMap((call) => {
    const read = readCall(call);
    return read === undefined ? [] : [{ kind: "call" as const, call: read }];
  });
}

function textOf(role: MessageRole, parts: readonly MessagePart[]): string {
  const texts = parts.flatMap((part) =>
    part.kind === "text" && !isPlaceholder(part.text) ? [openPartText(part.text)] : [],
  );
  const text = texts.join(role === "user" ? "\n" : "");
  return role === "assistant" && text === "null" ? "" : text;

  function openPartText(text: string): string {
    const inner = role === "user" ? undefined : openText(role, text);
    return inner === undefined ? text : inner.flatMap((part) => (part.kind === "text" ? [part.text] : [])).join("");
  }
}

/** A tool message without parts of its own is one result; its id may stand beside its content. */
function resultsOf(value: JsonObject, results: readonly MessageResult[], text: string): readonly MessageResult[] {
  const id = textMember(value, "tool_call_id", "toolCallId", "id");
  if (results.length === 1 && results[0] !== undefined) {
    return [id === undefined || results[0].id !== undefined ? results[0] : { ...results[0], id }];
  }
  if (results.length > 1) return results;
  const name = textMember(value, "name");
  const failed = member(value, "status") === "error" || member(value, "is_error") === true;
  const content = text === "" ? structuredContent(value) : text;
  return [
    {
      ...(id === undefined ? {} : { id }),
      ...(name === undefined ? {} : { name }),
      ...readToolResult(content, failed),
    },
  ];
}

function structuredContent(value: JsonObject): JsonValue | undefined {
  const content = member(value, "content");
  return isObject(content) || content === "" ? content : undefined;
}

function isItemWithoutContent(value: JsonObject): boolean {
  return member(value, "role") === undefined;
}

function uniqueById(calls: readonly MessageCall[]): readonly MessageCall[] {
  const seen = new Set<string>();
  return calls.filter((call) => call.id === undefined || (!seen.has(call.id) && seen.add(call.id)));
}
