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

/** `{lc: 1, id: […, "HumanMessage"], kwargs: {…}}` as `{role, content, tool_calls, …}`; undefined for anything else. */
export function parseLangChainMessage(value: JsonValue | undefined): JsonObject | undefined {
  const id = member(value, "id");
  const kwargs = member(value, "kwargs");
  if (member(value, "lc") === undefined || !isList(id) || !isObject(kwargs)) return undefined;
  const className = id.at(-1);
  const role = typeof className === "string" ? roles.get(className.replace(/Chunk$/, "")) : undefined;
  if (role === undefined) return undefined;
  const { id: _runId, ...rest } = kwargs;
  return { ...rest, role };
}

/** The tool message in a tool's output: bare, or as `{output: message}`. */
export function langChainToolMessage(value: JsonValue | undefined): JsonObject | undefined {
  const message = parseLangChainMessage(value) ?? parseLangChainMessage(member(value, "output"));
  return textMember(message, "role") === "tool" ? message : undefined;
}
