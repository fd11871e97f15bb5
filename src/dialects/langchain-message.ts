/** LangChain's serialised messages, brought to the plain chat shape. */
import type { JsonValue } from "../model/session.ts";
import { isList, isObject, member, textMember } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";

const roles = new Map([
  ["HumanMessage", "user"],
  ["AIMessage", "assistant"],
  ["SystemMessage", "system"],
  ["ToolMessage", "tool"],
  ["FunctionMessage", "tool"],
]);

/** How the Python library prints its messages: the type stands for the role. */
const types = new Map([
  ["human", "user"],
  ["ai", "assistant"],
  ["system", "system"],
  ["tool", "tool"],
  ["function", "tool"],
]);

/**
 * As `{role, content, tool_calls, …}`: `{lc: 1, id: […, "HumanMessage"], kwargs: {…}}`, `{type: "human", content, …}` and
 * `{type: "human", data: {…}}`. Undefined for anything else.
 */
export function parseLangChainMessage(value: JsonValue | undefined): JsonObject | undefined {
  return parseConstructor(value) ?? parseTyped(value);
}

function parseConstructor(value: JsonValue | undefined): JsonObject | undefined {
  const id = member(value, "id");
  const kwargs = member(value, "kwargs");
  if (member(value, "lc") === undefined || !isList(id) || !isObject(kwargs)) return undefined;
  const className = id.at(-1);
  const role = typeof className === "string" ? roles.get(plainClass(className)) : undefined;
  return role === undefined ? undefined : withRole(kwargs, role);
}

function parseTyped(value: JsonValue | undefined): JsonObject | undefined {
  if (!isObject(value) || member(value, "role") !== undefined) return undefined;
  const type = textMember(value, "type") ?? "";
  const role = types.get(type) ?? roles.get(plainClass(type));
  const facts = member(value, "data") ?? value;
  if (role === undefined || !isObject(facts) || !Object.hasOwn(facts, "content")) return undefined;
  const { type: _type, ...rest } = facts;
  return withRole(rest, role);
}

function plainClass(name: string): string {
  return name.replace(/Chunk$/, "");
}

/** The message's own id is not that of a call. */
function withRole({ id: _runId, ...facts }: JsonObject, role: string): JsonObject {
  return { ...facts, role };
}

/** The tool message in a tool's output: bare, or as `{output: message}`. */
export function langChainToolMessage(value: JsonValue | undefined): JsonObject | undefined {
  const message = parseLangChainMessage(value) ?? parseLangChainMessage(member(value, "output"));
  return textMember(message, "role") === "tool" ? message : undefined;
}
