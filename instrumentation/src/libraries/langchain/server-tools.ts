import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import { serverToolPart as fromAnthropic } from "../anthropic/server-tools.ts";
import { serverToolPart as fromGoogle } from "../google-genai/server-tools.ts";
import { serverToolParts as fromOpenAi } from "../openai/server-tools.ts";
import { serverToolCall, serverToolResponse } from "../server-tool-parts.ts";

/** A content block that tells of a tool which the provider ran, in LangChain's form or the provider's own. */
export function serverToolPart(type: string, block: Fields): Part | undefined {
  const { id, name, args, toolCallId, status, output } = block;
  if (type === "server_tool_call") return serverToolCall(id, textOf(name) ?? "", args);
  if (type !== "server_tool_call_result") return fromAnthropic(type, block) ?? fromGoogle(block);
  return serverToolResponse(toolCallId, "tool", status === "error" ? { error: output } : { result: output });
}

/** `@langchain/openai` keeps the items of the Responses API beside the content, where images stand, too. */
export function toolOutputParts(message: Fields): readonly Part[] {
  const items = listOf(fieldsOf(message["additional_kwargs"])["tool_outputs"]).map(fieldsOf);
  const parts = items.flatMap((item) => fromOpenAi(textOf(item["type"]) ?? "", item) ?? []);
  return parts.filter(({ type }) => type !== "blob");
}
