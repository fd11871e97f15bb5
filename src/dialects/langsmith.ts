/** LangSmith's export: a run's inputs and outputs as JSON under keys that others use for flattened messages. */
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import { member, parseStructure } from "./lenient-json.ts";
import { listInAttribute } from "./message-source.ts";
import { readModelResponse } from "./model-response.ts";
import type { OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";

const INPUT = "gen_ai.prompt";
const OUTPUT = "gen_ai.completion";

const kinds = new Map<string, OperationKind>([
  ["llm", "model"],
  ["tool", "tool"],
]);

const rules: DialectRules = {
  name: "langsmith",
  kindOf,
  input: [listInAttribute(INPUT, { members: ["messages"] })],
  output: [
    ({ attributes }) => {
      const response = parseStructure(textAttribute(attributes, OUTPUT) ?? "");
      return { messages: readModelResponse(response), truncated: false };
    },
  ],
  toolKeys: { name: ["langsmith.trace.name"], arguments: [INPUT], result: [OUTPUT] },
  wrapperKeys: { input: [INPUT], output: [OUTPUT], transcript: [OUTPUT] },
  readTools: ({ attributes }) =>
    parseToolDefinitions(member(parseStructure(textAttribute(attributes, INPUT) ?? ""), "tools")),
};

export const langsmith: Dialect = {
  name: rules.name,
  matches: ({ attributes }) => attributes.has("langsmith.span.kind") || attributes.has("langsmith.traceable"),
  read: (span, context) => readOperation(span, context, rules),
};

/** The run at the root wraps a turn, whatever kind of run it is. */
function kindOf(span: Span): OperationKind {
  const own = kinds.get(textAttribute(span.attributes, "langsmith.span.kind") ?? "");
  if (own !== undefined) return own;
  return span.attributes.get("langsmith.is_root") === true ? "agent" : genAiKind(span);
}
