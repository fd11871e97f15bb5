/** Reads one message, whatever library wrote it: role, text, tool calls and tool results. Never throws. */
import type { JsonValue } from "../model/session.ts";
import { parseLangChainMessage } from "./langchain-message.ts";
import { firstMember, isList, isObject, member, parseStructure, textMember } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";
import { isApproval, isPart, readCall, readPart } from "./message-parts.ts";
import { readCutParts } from "./cut-json.ts";
import { describeMedia } from "./media-part.ts";
import type { MessagePart } from "./message-parts.ts";
import { isOfModelAlone } from "./message.ts";
import type { Message, MessageCall, MessageOther, MessageResult, MessageRole } from "./message.ts";
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
  // smolagents: a call in words, and what it gave.
  ["tool-call", "assistant"],
  ["tool-response", "tool"],
]);

/** Undefined when the value is no message, or one that says nothing. `defaultRole`: of a message without one. */
export function parseMessage(value: JsonValue, defaultRole: MessageRole = "user"): Message | undefined {
  if (typeof value === "string") return plainMessage(defaultRole, value);
  if (isRoleAndContent(value)) return parseMessage({ role: value[0] ?? null, content: value[1] ?? null });
  if (!isObject(value) || isToolDefinition(value)) return undefined;
  const langChain = parseLangChainMessage(value);
  if (langChain !== undefined) return parseMessage(langChain, defaultRole);
  return assemble(roleOf(value) ?? defaultRole, value);
}

/** LangChain's shorthand: `["user", "hi"]`. */
function isRoleAndContent(value: JsonValue): value is readonly JsonValue[] {
  return isList(value) && value.length === 2 && typeof value[0] === "string" && roles.has(value[0]);
}

/** Langfuse's handler for LangChain writes the offered tools behind the messages, as messages of role tool. */
export function isToolDefinition(value: JsonValue): boolean {
  const content = member(value, "content");
  if (member(value, "role") !== "tool" || !isObject(content) || member(content, "type") !== "function") return false;
  return textMember(member(content, "function"), "name") !== undefined;
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
  const [first] = value;
  const items = isList(first) && !isRoleAndContent(first) ? first : value;
  return items.flatMap((item) => parseMessage(item, defaultRole) ?? []);
}

export function plainMessage(role: MessageRole, text: string): Message {
  return { role, text, calls: [], results: [] };
}

/** Items of a list that carry a call or a result and no role, as the Responses API's. */
function roleOfItem(value: JsonObject): MessageRole | undefined {
  const part = readPart(value);
  if (part.kind === "call" || isAsidePart(part)) return "assistant";
  return part.kind === "result" || isApproval(part) ? "tool" : undefined;
}

function assemble(role: MessageRole, value: JsonObject): Message | undefined {
  const item = itemOf(value);
  const parts = item === undefined ? partsOf(role, value) : [item];
  const inParts = parts.flatMap((part) => (part.kind === "call" ? [part.call] : []));
  const calls = eachOnce([inParts, ...(item === undefined ? callsBeside(value) : [])]);
  const results = parts.flatMap((part) => (part.kind === "result" ? [part.result] : []));
  const others = parts.flatMap((part) => (part.kind === "other" ? [part.other] : []));
  const said = textOf(role, parts);
  const rest = others.length === 0 ? {} : { others };
  const answers = results.length > 0 || parts.some(isApproval);
  if (role === "tool" || (role === "user" && answers && said === "")) {
    return { role: "tool", text: "", calls: [], results: resultsOf(value, parts, said), ...rest };
  }
  const text = said === "" && calls.length === 0 && results.length === 0 ? describe(others) : said;
  const isEmpty = text === "" && calls.length === 0 && results.length === 0;
  const saysNothing = isEmpty && !others.some(isOfModelAlone);
  return saysNothing && isItemWithoutContent(value) ? undefined : { role, text, calls, results, ...rest };
}

/** Who shows a picture and says nothing has said something, too. What a tool made is that tool's. */
function describe(others: readonly MessageOther[]): string {
  const shown = others.filter((other) => !isOfModelAlone(other));
  return shown.flatMap(({ attachment }) => (attachment === undefined ? [] : [describeMedia(attachment)])).join("\n");
}

/** The message is itself a part: an item of a list that has no roles. */
function itemOf(value: JsonObject): MessagePart | undefined {
  const item = member(value, "role") === undefined ? readPart(value) : undefined;
  if (item === undefined || item.kind === "call" || item.kind === "result") return item;
  return isApproval(item) || isMedium(item) || isAsidePart(item) ? item : undefined;
}

function partsOf(role: MessageRole, value: JsonObject): readonly MessagePart[] {
  const content = firstMember(value, ["parts", "content", "text"]);
  return [...contentParts(role, content), ...speechBeside(value)];
}

function isAsidePart(part: MessagePart): boolean {
  return part.kind === "other" && isOfModelAlone(part.other);
}

function isMedium(part: MessagePart): boolean {
  return part.kind === "other" && part.other.attachment !== undefined;
}

function contentParts(role: MessageRole, content: JsonValue | undefined): readonly MessagePart[] {
  if (isList(content)) return content.map(readPart);
  if (typeof content === "string") return openText(role, content) ?? [{ kind: "text", text: content }];
  return isObject(content) ? [readPart(content)] : [];
}

/** OpenAI's chat API: a refusal, or the transcript of an answer in speech, beside a content of null. */
function speechBeside(value: JsonObject): readonly MessagePart[] {
  if (firstMember(value, ["content", "parts"]) !== undefined) return [];
  const text = textMember(value, "refusal") ?? textMember(member(value, "audio"), "transcript");
  return text === undefined ? [] : [{ kind: "text", text }];
}

/** A text that is itself a JSON list of parts, not one that only looks like JSON: users paste that. */
function openText(role: MessageRole, text: string): readonly MessagePart[] | undefined {
  if (!text.startsWith("[")) return undefined;
  const cut = role === "tool" ? undefined : readCutParts(text);
  // Of a user's text in which nothing else is found the brackets are his own.
  if (cut !== undefined && (role !== "user" || cut.length > 0)) return cut.map(readPart);
  const list = parseStructure(text);
  // What a tool gave may be a list, too: only results that say themselves whose they are (Bedrock's) are parts.
  if (role === "tool") return isList(list) && list.length > 0 && list.every(isResult) ? list.map(readPart) : undefined;
  if (!isList(list) || !list.every((part) => textMember(part, "type") !== undefined || isPart(part))) return undefined;
  return list.some(isPart) ? list.map(readPart) : undefined;
}

function isResult(part: JsonValue): boolean {
  return readPart(part).kind === "result";
}

/** `tool_calls`, the older `function_call`, and where LangChain keeps what the provider sent. */
function callsBeside(value: JsonObject): readonly (readonly MessageCall[])[] {
  const lists = [
    member(value, "tool_calls"),
    member(member(value, "additional_kwargs"), "tool_calls"),
    member(value, "invalid_tool_calls"),
  ];
  const older = member(value, "function_call");
  const given = lists.flatMap((list) => (isList(list) && list.length > 0 ? [list] : []));
  const all = given.length === 0 && isObject(older) ? [[older]] : given;
  return all.map((list) => list.flatMap((call) => readCall(call) ?? []));
}

/** The lists restate each other, and where one has an id, another's is the same call; within a list only what is all the same. */
function eachOnce(lists: readonly (readonly MessageCall[])[]): readonly MessageCall[] {
  const ids = new Set<string>();
  return lists.flatMap((list) => {
    const known = new Set(ids);
    const own = new Set<string>();
    return list.filter((call) => {
      if (call.id === undefined) return true;
      const whole = JSON.stringify(call);
      const isNew = !known.has(call.id) && !own.has(whole);
      own.add(whole);
      ids.add(call.id);
      return isNew;
    });
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

/** A tool message without results among its parts is one result; its id may stand beside its content. */
function resultsOf(value: JsonObject, parts: readonly MessagePart[], text: string): readonly MessageResult[] {
  const results = parts.flatMap((part) => (part.kind === "result" ? [part.result] : []));
  const id = textMember(value, "tool_call_id", "toolCallId", "id");
  const [first] = results;
  if (first !== undefined) return results.length > 1 || first.id !== undefined ? results : [withId(first, id)];
  if (parts.length > 0 && parts.every(isApproval)) return [];
  const name = textMember(value, "name");
  const failed = member(value, "status") === "error" || member(value, "is_error") === true;
  const content = contentOfResult(value, parts, text);
  return [withId({ ...(name === undefined ? {} : { name }), ...readToolResult(content, failed) }, id)];
}

function withId(result: MessageResult, id: string | undefined): MessageResult {
  return id === undefined ? result : { id, ...result };
}

/** A result's parts are put together otherwise than a message's. Of what was withheld nothing is left. */
function contentOfResult(value: JsonObject, parts: readonly MessagePart[], text: string): JsonValue | undefined {
  const content = firstMember(value, ["content", "parts"]);
  const shown = isList(content) ? content.filter((_part, at) => isShown(parts[at])) : [];
  if (shown.length > 0) return shown;
  if (text !== "") return text;
  return isObject(content) || content === "" ? content : undefined;
}

function isShown(part: MessagePart | undefined): boolean {
  if (part === undefined) return false;
  return part.kind === "text" ? !isPlaceholder(part.text) : isMedium(part);
}

function isItemWithoutContent(value: JsonObject): boolean {
  return member(value, "role") === undefined;
}
