/** What an OpenInference model span says of the request beside its messages: tools, instructions, the answer that it goes on from. */
import type { JsonValue, ToolDefinition } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { ReadContext } from "./dialect.ts";
import { firstMember, isList, textMember } from "./lenient-json.ts";
import { parseMessage } from "./parse-message.ts";

/** `llm.tools.<i>.tool.json_schema`, else the request's own list. */
export function offeredTools(span: Span, context: ReadContext): readonly ToolDefinition[] {
  const tools: ToolDefinition[] = [];
  for (let i = 0; ; i++) {
    const schema = textAttribute(span.attributes, `llm.tools.${i}.tool.json_schema`);
    if (schema === undefined) break;
    tools.push(...context.memory.readTools(schema));
  }
  const requested = tools.length > 0 ? undefined : firstMember(parametersOf(span, context), ["tools"]);
  return isList(requested) ? context.memory.readTools(JSON.stringify(requested)) : tools;
}

/** Anthropic's `system`, the Responses API's `instructions`. */
export function systemPromptOfRequest(span: Span, context: ReadContext): string | undefined {
  const system = firstMember(parametersOf(span, context), ["system", "instructions"]);
  const text = system === undefined ? undefined : parseMessage({ role: "system", content: system })?.text;
  return text === "" ? undefined : text;
}

export function previousResponseOfRequest(span: Span, context: ReadContext): string | undefined {
  return textMember(parametersOf(span, context), "previous_response_id");
}

function parametersOf(span: Span, { memory }: ReadContext): JsonValue | undefined {
  const text = textAttribute(span.attributes, "llm.invocation_parameters");
  return text === undefined ? undefined : memory.readParameters(text);
}
