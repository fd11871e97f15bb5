/** What a tool span says of its call: name, arguments, id and result, out of each library's wrappings. */
import type { JsonValue } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import { langChainToolMessage } from "./langchain-message.ts";
import { firstMember, isList, isObject, member, textMember, unwrapJson } from "./lenient-json.ts";
import { detailsWith } from "./message-events.ts";
import { unnoted } from "./note.ts";
import type { Note } from "./note.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import { errorOfSpan } from "./span-error.ts";
import { readToolResult } from "./tool-result.ts";

/** Attribute keys of one dialect, asked after the GenAI conventions' own. */
export interface ToolKeys {
  readonly id?: readonly string[];
  readonly name?: readonly string[];
  readonly arguments?: readonly string[];
  readonly result?: readonly string[];
}

/** The keys of several dialects, the first dialect's first. */
export function joinToolKeys(...all: readonly ToolKeys[]): ToolKeys {
  const keysOf = (fact: keyof ToolKeys) => all.flatMap((keys) => keys[fact] ?? []);
  return { id: keysOf("id"), name: keysOf("name"), arguments: keysOf("arguments"), result: keysOf("result") };
}

export interface ToolFacts {
  readonly callId?: string;
  readonly name: string;
  readonly arguments?: JsonValue;
  readonly result?: JsonValue;
  readonly error?: string;
}

/** A failed tool has no result; an error without a message takes the result's text. */
export function toolFactsOf(span: Span, keys: ToolKeys, note: Note = unnoted): ToolFacts {
  const { attributes } = span;
  const rawResult = note(
    "result",
    () => jsonAttribute(attributes, "gen_ai.tool.call.result", ...(keys.result ?? [])) ?? resultInEvents(span),
  );
  const message = langChainToolMessage(rawResult === undefined ? undefined : unwrapJson(rawResult));
  const callId = note(
    "call_id",
    () => textAttribute(attributes, "gen_ai.tool.call.id", ...(keys.id ?? [])) ?? textMember(message, "tool_call_id"),
  );
  const name =
    textMember(message, "name") ??
    note("tool_name", () => textAttribute(attributes, "gen_ai.tool.name", ...(keys.name ?? []))) ??
    span.name.replace(/^execute_tool /, "");
  const args = note(
    "arguments",
    () => jsonAttribute(attributes, "gen_ai.tool.call.arguments", ...(keys.arguments ?? [])) ?? argumentsInEvents(span),
  );
  return {
    ...(callId === undefined ? {} : { callId }),
    name,
    ...(args === undefined ? {} : { arguments: unwrapArguments(args) }),
    ...outcomeOf(span, message ?? outOfCallback(rawResult)),
  };
}

function outcomeOf(span: Span, raw: JsonValue | undefined): { readonly result?: JsonValue; readonly error?: string } {
  const message = isObject(raw) && member(raw, "role") === "tool" ? raw : undefined;
  const content = message === undefined ? raw : (member(message, "content") ?? "");
  // Strands' word for it; Python's leaves the span's status ok.
  const saysFailed = span.attributes.get("gen_ai.tool.status") === "error";
  const { content: result, error } = readToolResult(content, saysFailed || member(message, "status") === "error");
  const spanError = errorOfSpan(span);
  if (spanError !== undefined)
    return { error: spanError === "error" ? (textOf(result) ?? error ?? spanError) : spanError };
  if (error !== undefined) return { error };
  return result === undefined ? {} : { result };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * `{args, kwargs}` (how decorators record a function's arguments), `{args: [x]}`, `{tool_name, arguments}`, LangChain's
 * `{input_str, inputs, kwargs}` (whose `kwargs` are the callback's), LangSmith's `{input}` and CrewAI's `{tool_string, calling}`.
 */
function unwrapArguments(raw: JsonValue): JsonValue {
  const value = openPrinted(unwrapJson(raw));
  const callback = firstMember(value, ["inputs", "input_str"]);
  if (member(value, "input_str") !== undefined && callback !== undefined) return openPrinted(unwrapJson(callback));
  const printed = onlyHas(value, ["input"]) ? openPrinted(member(value, "input") ?? null) : undefined;
  if (isObject(printed)) return printed;
  const calling = member(member(value, "calling"), "arguments");
  if (calling !== undefined && calling !== null) return unwrapJson(calling);
  const kwargs = member(value, "kwargs");
  if (isObject(kwargs) && Object.keys(kwargs).length > 0) return kwargs;
  const positional = member(value, "args");
  if (isList(positional) && onlyHas(value, ["args", "kwargs", "sanitize_inputs_outputs"])) {
    return positional.length === 1 && positional[0] !== undefined ? unwrapJson(positional[0]) : positional;
  }
  const inner = onlyHas(value, ["tool_name", "arguments"]) ? member(value, "arguments") : undefined;
  return inner === undefined ? value : unwrapJson(inner);
}

/** Callbacks in Python give arguments as Python prints them. */
function openPrinted(value: JsonValue): JsonValue {
  const printed = typeof value === "string" ? parsePythonLiteral(value) : undefined;
  return isObject(printed) ? printed : value;
}

/** `{output, kwargs}`: what a callback of LangChain was given. */
function outOfCallback(raw: JsonValue | undefined): JsonValue | undefined {
  const value = raw === undefined ? undefined : unwrapJson(raw);
  return value !== undefined && onlyHas(value, ["output", "kwargs"]) ? (member(value, "output") ?? raw) : raw;
}

function onlyHas(value: JsonValue, keys: readonly string[]): boolean {
  return isObject(value) && Object.keys(value).every((key) => keys.includes(key));
}

function argumentsInEvents({ events }: Span): JsonValue | undefined {
  const event = events.find(({ name }) => name === "gen_ai.tool.message");
  const content = event && jsonAttribute(event.attributes, "content");
  return content ?? partInDetails(events, "gen_ai.input.messages", ["arguments"]);
}

function resultInEvents({ events }: Span): JsonValue | undefined {
  const event = events.find(({ name }) => name === "gen_ai.choice");
  const message = event && jsonAttribute(event.attributes, "message");
  return message ?? partInDetails(events, "gen_ai.output.messages", ["response", "result"]);
}

/** The details event of a tool span holds one message with one part. */
function partInDetails(events: Span["events"], key: string, members: readonly string[]): JsonValue | undefined {
  const list = unwrapJson(jsonAttribute(detailsWith(events, key), key) ?? null);
  const parts = member(isList(list) ? list[0] : undefined, "parts");
  return firstMember(isList(parts) ? parts[0] : undefined, members);
}
