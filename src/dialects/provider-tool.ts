/**
 * Tools that the model's provider runs itself, inside one request: web search, code interpreter, file search, and what MCP
 * servers do for the provider. Shapes of the GenAI conventions, Anthropic, OpenAI's Responses API, Gemini, AI SDK, LangChain
 * and Pydantic AI. They are no calls of the message: nobody was asked to answer them.
 */
import type { Attachment, JsonValue } from "../model/session.ts";
import { firstMember, isList, isObject, member, textMember, unwrapJson } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";
import { describeMedia, hasInlineMedia, readMedia } from "./media-part.ts";
import type { MessageCall, MessageResult } from "./message.ts";
import { readToolResult } from "./tool-result.ts";
import type { ToolResult } from "./tool-result.ts";

/** What one part tells of such a tool: that it was used, what it gave, or both. */
export interface ProviderTool {
  readonly call?: MessageCall;
  readonly result?: MessageResult;
  /** The image that it made. */
  readonly attachment?: Attachment;
}

/** By type in lower_snake_case. Anthropic's and the conventions' name the tool in a member, OpenAI's items in their type. */
const callTypes = new Set(["server_tool_use", "mcp_tool_use", "server_tool_call"]);
const resultTypes = /^(?:(?:server|mcp)_tool_(?:call_)?(?:response|result)|(\w+)_tool_result)$/;
const itemTypes = /^(web_search|file_search|code_interpreter|image_generation|mcp)_call$/;

const callIdKeys = ["call_id", "tool_use_id", "tool_call_id", "toolCallId", "id"];
const argumentKeys = ["arguments", "input", "args", "action"];
const resultKeys = ["content", "output", "response", "result", "server_tool_call_response"];

/** Undefined for parts of every other kind. `type` in lower_snake_case; of a shape without one, its only member's name. */
export function readProviderTool(part: JsonObject, type: string): ProviderTool | undefined {
  const facts = firstMember(part, [
    "executableCode",
    "executable_code",
    "codeExecutionResult",
    "code_execution_result",
  ]);
  if (isObject(facts)) return type.endsWith("result") ? { result: codeResult(facts) } : { call: codeCall(facts) };
  const item = itemTypes.exec(type)?.[1];
  if (item !== undefined) return readItem(part, item);
  if (callTypes.has(type)) return readUse(part);
  const result = resultTypes.exec(type);
  return result === null ? undefined : { result: readAnswer(part, result[1]) };
}

/** Of a call without a name nothing can be told but that there was one. */
function readUse(part: JsonObject): ProviderTool {
  const name = textMember(part, "name", "toolName", "tool_name");
  return name === undefined ? {} : { call: { ...idOf(part), name, arguments: argumentsOf(part) } };
}

/** The conventions put them beside the tool's type; our own instrumentation puts those apart that have a `type` themselves. */
function argumentsOf(part: JsonObject): JsonValue {
  const facts = unwrapJson(firstMember(part, ["server_tool_call"]) ?? null);
  if (!isObject(facts)) return unwrapJson(firstMember(part, argumentKeys) ?? {});
  return unwrapJson(member(facts, "arguments") ?? without(facts, (key) => key === "type"));
}

/** `web_search_tool_result` answers `web_search`. A failure is an object that says so by its type: `…_error`. */
function readAnswer(part: JsonObject, name: string | undefined): MessageResult {
  const content = firstMember(part, resultKeys);
  const code = textMember(content, "error_code", "errorCode");
  const isError = member(part, "is_error") === true || textMember(part, "status") === "error";
  return {
    ...idOf(part),
    ...(name === undefined ? {} : { name }),
    ...(code === undefined
      ? readToolResult(content === undefined ? undefined : readable(content), isError)
      : { error: code }),
  };
}

/** An item of the Responses API is the call and its answer in one. */
function readItem(part: JsonObject, tool: string): ProviderTool {
  const name = textMember(part, "name") ?? tool;
  const given = firstMember(part, argumentKeys) ?? asked(part);
  const image = tool === "image_generation" ? imageOf(part) : undefined;
  const answer = answerOfItem(part, image);
  return {
    call: { ...idOf(part), name, arguments: unwrapJson(given) },
    ...(answer === undefined ? {} : { result: { ...idOf(part), name, ...answer } }),
    ...(image === undefined ? {} : { attachment: image }),
  };
}

function asked(part: JsonObject): JsonObject {
  return without(part, (key) => !["queries", "code", "revised_prompt"].includes(key));
}

function answerOfItem(part: JsonObject, image: Attachment | undefined): ToolResult | undefined {
  const error = firstMember(part, ["error"]);
  if (error !== undefined) return readToolResult(error, true);
  if (member(part, "status") === "failed") return { error: "failed" };
  if (image !== undefined) return { content: describeMedia(image) };
  const answer = firstMember(part, ["results", "outputs", "output", "result"]);
  return answer === undefined ? undefined : readToolResult(readable(answer));
}

function imageOf(part: JsonObject): Attachment | undefined {
  const data = member(part, "result");
  return typeof data === "string" ? readMedia({ type: "image", data }) : undefined;
}

function codeCall(facts: JsonObject): MessageCall {
  return { ...idOf(facts), name: "code_execution", arguments: without(facts, (key) => key === "id") };
}

/** Gemini: `OUTCOME_OK`, or which failure. */
function codeResult(facts: JsonObject): MessageResult {
  const outcome = textMember(facts, "outcome");
  const output = textMember(facts, "output");
  const hasFailed = outcome !== undefined && outcome !== "OUTCOME_OK" && outcome !== "OK";
  return {
    ...idOf(facts),
    name: "code_execution",
    ...(hasFailed ? { error: output ?? outcome } : { content: output ?? "" }),
  };
}

function idOf(part: JsonObject): { readonly id?: string } {
  const id = textMember(part, ...callIdKeys);
  return id === undefined ? {} : { id };
}

/** Without what only the provider can read, and with a word for each image or file instead of its bytes. */
function readable(value: JsonValue): JsonValue {
  if (isList(value)) return value.map(readable);
  if (!isObject(value)) return value;
  const media = hasInlineMedia(value) ? readMedia(value) : undefined;
  if (media !== undefined) return describeMedia(media);
  const members = Object.entries(value).filter(([key]) => !key.startsWith("encrypted_"));
  return Object.fromEntries(members.map(([key, inner]) => [key, readable(inner)]));
}

function without(value: JsonObject, isLeftOut: (key: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !isLeftOut(key)));
}

/** AI SDK and Pydantic AI mark such calls; others have types of their own for them. */
export function isMarkedProviderRun(part: JsonValue): boolean {
  return member(part, "providerExecuted") === true || member(part, "builtin") === true;
}

/** What our own instrumentation does not know it leaves out, and says what it was: `{type: "provider_item", item_type}`. */
export function typeOfItem(part: JsonObject): string | undefined {
  const type = textMember(part, "type");
  return type === "provider_item" ? (textMember(part, "item_type") ?? type) : type;
}
