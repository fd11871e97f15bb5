import { type Fields, fieldsOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import { textOfAll } from "../parts.ts";
import { serverToolCall, type ServerToolOutcome, serverToolResponse } from "../server-tool-parts.ts";

/** `server_tool_use` and what answers it, of Anthropic's own tools and of MCP servers; undefined for blocks of other kinds. */
export function serverToolPart(type: string, block: Fields): Part | undefined {
  if (type === "server_tool_use" || type === "mcp_tool_use") {
    return serverToolCall(block["id"], textOf(block["name"]) ?? "", block["input"]);
  }
  const tool = /^(\w+)_tool_result$/.exec(type)?.[1];
  return tool === undefined ? undefined : serverToolResponse(block["tool_use_id"], tool, outcomeOf(block));
}

/** A failure is an object that says so by its type (`web_search_tool_result_error`), or marked, of an MCP server. */
function outcomeOf({ content, is_error: isError }: Fields): ServerToolOutcome {
  const code = textOf(fieldsOf(content)["error_code"]);
  if (code !== undefined) return { error: code };
  const result = Array.isArray(content) && content.length > 0 ? (textOfAll(content) ?? content) : content;
  return isError === true ? { error: result } : { result };
}
