/** Google's Agent Development Kit: Gemini's request and response as JSON, below agents named by the conventions. */
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import { isList, member, parseStructure } from "./lenient-json.ts";
import { listInAttribute } from "./message-source.ts";
import type { MessageSource } from "./message-source.ts";
import type { OperationKind } from "./operation.ts";
import { parseMessages } from "./parse-message.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";

const PREFIX = "gcp.vertex.agent.";

export const googleAdkInput = listInAttribute(`${PREFIX}llm_request`, { members: ["contents"] });

export const googleAdkOutput: MessageSource = ({ attributes }) => {
  const response = parseStructure(textAttribute(attributes, `${PREFIX}llm_response`) ?? "");
  return { messages: parseMessages(member(response, "content"), "assistant"), truncated: false };
};

const rules: DialectRules = {
  name: "google_adk",
  kindOf,
  input: [googleAdkInput],
  output: [googleAdkOutput],
  toolKeys: { arguments: [`${PREFIX}tool_call_args`], result: [`${PREFIX}tool_response`] },
  readTools: (span) => {
    const tools = member(configOf(span), "tools");
    const declared = isList(tools) ? tools.flatMap((tool) => member(tool, "functionDeclarations") ?? []) : [];
    return parseToolDefinitions(declared.flat());
  },
  readSystemPrompt: (span) => {
    const instruction = member(configOf(span), "systemInstruction");
    const [message] = parseMessages(instruction, "system");
    return message?.text === "" ? undefined : message?.text;
  },
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

function configOf({ attributes }: Span) {
  const request = jsonAttribute(attributes, `${PREFIX}llm_request`);
  return member(typeof request === "string" ? parseStructure(request) : request, "config");
}
