/** The GenAI semantic conventions as such, in all their versions, and every library that follows them. */
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import type { OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";

const kinds = new Map<string, OperationKind>([
  ["chat", "model"],
  ["generate_content", "model"],
  ["text_completion", "model"],
  ["completion", "model"],
  ["generate", "model"],
  ["response", "model"],
  ["execute_tool", "tool"],
  ["invoke_agent", "agent"],
  ["invoke_workflow", "agent"],
  ["create_agent", "agent"],
]);

const marks = [
  "gen_ai.operation.name",
  "gen_ai.system",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.tool.name",
];

/** The operation's name decides. `gen_ai.tool.name` alone says nothing: chat spans carry it, too. */
export function genAiKind(span: Span): OperationKind {
  if (span.attributes.get("gen_ai.tool.name") === "(merged tools)") return "other";
  // A hand-over to another agent, written as a tool: what is below continues the turn.
  if (span.attributes.get("gen_ai.transfer.mode") === "pass_control") return "other";
  const operation = textAttribute(span.attributes, "gen_ai.operation.name");
  const kind = kinds.get(operation ?? "");
  if (kind !== undefined) return kind;
  if (span.name.startsWith("execute_tool ") && !span.name.includes("(merged)")) return "tool";
  return operation === undefined && hasContentEvents(span) ? "model" : "other";
}

export const genAi: Dialect = {
  name: "gen_ai",
  matches: (span) => marks.some((key) => span.attributes.has(key)) || hasContentEvents(span),
  read: (span, context) => readOperation(span, context, { name: "gen_ai", kindOf: genAiKind, repliesInMessages: true }),
};

function hasContentEvents({ events }: Span): boolean {
  return events.some(({ name }) => name === "gen_ai.content.prompt" || name === "gen_ai.content.completion");
}
