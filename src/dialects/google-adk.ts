/** Google's Agent Development Kit: Gemini's request and response as JSON, below agents named by the conventions. */
import type { ToolDefinition } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import { firstMember, member, parseStructure } from "./lenient-json.ts";
import { listInAttribute } from "./message-source.ts";
import type { MessageSource } from "./message-source.ts";
import type { OperationKind } from "./operation.ts";
import { parseMessages } from "./parse-message.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { toCallUsage } from "./token-counts.ts";
import type { ToolKeys } from "./tool-facts.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";
import { numberIn } from "./usage.ts";
import type { CallFacts } from "./usage.ts";

const PREFIX = "gcp.vertex.agent.";

export const googleAdkInput = listInAttribute(`${PREFIX}llm_request`, { members: ["contents"] });

export const googleAdkOutput: MessageSource = ({ attributes }) => {
  const response = parseStructure(textAttribute(attributes, `${PREFIX}llm_response`) ?? "");
  return { messages: parseMessages(member(response, "content"), "assistant"), truncated: false };
};

export const googleAdkToolKeys: ToolKeys = {
  arguments: [`${PREFIX}tool_call_args`],
  result: [`${PREFIX}tool_response`],
};

const rules: DialectRules = {
  name: "google_adk",
  kindOf,
  input: [googleAdkInput],
  output: [googleAdkOutput],
  toolKeys: googleAdkToolKeys,
  readTools: googleAdkTools,
  readCallFacts,
  readSystemPrompt: googleAdkSystemPrompt,
};

export const googleAdk: Dialect = {
  name: rules.name,
  matches: ({ scope, attributes }) =>
    scope.name === "gcp.vertex.agent" || [...attributes.keys()].some((key) => key.startsWith(PREFIX)),
  read: (span, context) => readOperation(span, context, rules),
};

/** A model call has no operation's name; a tool that threw has nothing but its span's name. */
function kindOf(span: Span): OperationKind {
  if (span.name === "call_llm") return "model";
  return span.name === "invocation" ? "agent" : genAiKind(span);
}

/** The response's own count says more than the conventions' keys: of them the output lacks what the model thought. */
function readCallFacts({ attributes }: Span): CallFacts {
  const response = parseStructure(textAttribute(attributes, `${PREFIX}llm_response`) ?? "");
  const usage = member(response, "usageMetadata") ?? member(response, "usage_metadata");
  const count = (name: string, inPython: string) => numberIn(usage, name, inPython);
  const input = count("promptTokenCount", "prompt_token_count");
  if (input === undefined) return {};
  return {
    ...toCallUsage({
      input: input + (count("toolUsePromptTokenCount", "tool_use_prompt_token_count") ?? 0),
      output: count("candidatesTokenCount", "candidates_token_count"),
      total: count("totalTokenCount", "total_token_count"),
      cacheRead: count("cachedContentTokenCount", "cached_content_token_count"),
      reasoning: count("thoughtsTokenCount", "thoughts_token_count"),
    }),
  };
}

/** The library for Python writes snake_case. */
export function googleAdkSystemPrompt(span: Span): string | undefined {
  const instruction = firstMember(configOf(span), ["systemInstruction", "system_instruction"]);
  const [message] = parseMessages(instruction, "system");
  return message?.text === "" ? undefined : message?.text;
}

export function googleAdkTools(span: Span): readonly ToolDefinition[] {
  return parseToolDefinitions(member(configOf(span), "tools"));
}

function configOf({ attributes }: Span) {
  const request = jsonAttribute(attributes, `${PREFIX}llm_request`);
  return member(typeof request === "string" ? parseStructure(request) : request, "config");
}
