/**
 * Pydantic AI's own instrumentation, versions 1 to 5 of its format (`InstrumentationSettings.version`). From 2 on model
 * calls are the conventions'; 1 lists them as events in one attribute. A run (`my_agent run`, from 3 on `invoke_agent
 * my_agent`) keeps the whole conversation, its tools are `running tool: x` (from 3 on `execute_tool x`).
 */
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { eventListInput, eventListOutput } from "./event-list.ts";
import { genAiKind } from "./gen-ai.ts";
import { isList, member, unwrapJson } from "./lenient-json.ts";
import type { OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";

const ALL_MESSAGES = "pydantic_ai.all_messages";
const ALL_MESSAGES_V1 = "all_messages_events";
const marks = [ALL_MESSAGES, ALL_MESSAGES_V1, "model_request_parameters"];

const rules: DialectRules = {
  name: "pydantic_ai",
  kindOf,
  input: [eventListInput("events")],
  output: [eventListOutput("events")],
  toolKeys: { arguments: ["tool_arguments"], result: ["tool_response"] },
  wrapperKeys: {
    input: [ALL_MESSAGES, ALL_MESSAGES_V1],
    answer: ["final_result"],
    transcript: [ALL_MESSAGES, ALL_MESSAGES_V1],
  },
  readTools,
};

export const pydanticAi: Dialect = {
  name: rules.name,
  matches: ({ scope, attributes }) => scope.name === "pydantic-ai" || marks.some((key) => attributes.has(key)),
  read: (span, context) => readOperation(span, context, rules),
};

/** Up to version 2 neither runs nor tools name their operation; `running 3 tools` has no tool's name. */
function kindOf(span: Span): OperationKind {
  const kind = genAiKind(span);
  if (kind !== "other") return kind;
  const { attributes } = span;
  if (textAttribute(attributes, "gen_ai.operation.name") !== undefined) return "other";
  if (attributes.has("gen_ai.tool.name")) return "tool";
  return ["agent_name", ALL_MESSAGES, ALL_MESSAGES_V1].some((key) => attributes.has(key)) ? "agent" : "other";
}

/** Tools, and those by which the model gives an answer that has a schema. */
function readTools({ attributes }: Span) {
  const parameters = unwrapJson(jsonAttribute(attributes, "model_request_parameters") ?? null);
  return ["function_tools", "output_tools"].flatMap((name) => {
    const tools = member(parameters, name);
    return isList(tools) ? parseToolDefinitions(tools) : [];
  });
}
