/**
 * What a model thought before it answered: OpenAI (summaries), Anthropic, Bedrock, Gemini, LangChain, Pydantic AI, the GenAI
 * conventions. What the provider encrypted or withheld is not there.
 */
import type { JsonValue } from "../model/session.ts";
import { firstMember, isList, textMember } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";
import type { MessageOther } from "./message.ts";
import { isPlaceholder } from "./tool-result.ts";

const types = new Set(["reasoning", "reasoning_content", "reasoning_text", "thinking", "thought"]);
const textKeys = ["content", "thinking", "reasoning", "text", "summary"];

/** `type` in lower_snake_case. */
export function reasoningIn(part: JsonObject, type: string): Pick<MessageOther, "reasoning"> {
  const text = types.has(type) ? textOfReasoning(part) : "";
  return text === "" ? {} : { reasoning: text };
}

/** A text, or a list of summaries; Bedrock wraps it twice. */
function textOfReasoning(part: JsonObject): string {
  const wrapped = firstMember(part, ["reasoningContent", "reasoning_content"]) ?? part;
  const value = firstMember(firstMember(wrapped, ["reasoningText", "reasoning_text"]) ?? wrapped, textKeys);
  if (isList(value)) return value.flatMap(textOfSummary).join("\n");
  return typeof value === "string" && !isPlaceholder(value) ? value : "";
}

function textOfSummary(part: JsonValue): string | readonly [] {
  return textMember(part, "text", "content") ?? [];
}
