/** Mastra: the model call has neither its input nor its tool calls; the step around it has both. */
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import { isList, isObject, member, parseStructure } from "./lenient-json.ts";
import { readCall } from "./message-parts.ts";
import { listInText } from "./message-source.ts";
import type { Message, MessageResult } from "./message.ts";
import type { MessageList, Operation, OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { callFactsOf } from "./usage.ts";

const TYPE = "mastra.span.type";

const kinds = new Map<string, OperationKind>([
  ["model_inference", "model"],
  ["tool_call", "tool"],
  ["mcp_tool_call", "tool"],
  ["agent_run", "agent"],
]);

const rules: DialectRules = {
  name: "mastra",
  kindOf: ({ attributes }) => kinds.get(textAttribute(attributes, TYPE) ?? "") ?? "other",
  input: [readInput],
  output: [readOutput],
  // Its exporter for Arize writes tools as OpenInference does.
  toolKeys: { arguments: ["input.value"], result: ["output.value"] },
  wrapperKeys: { input: ["mastra.agent_run.input"], output: ["mastra.agent_run.output"] },
};

export const mastra: Dialect = {
  name: rules.name,
  matches: ({ attributes }) => attributes.has(TYPE),
  read: (span, context) => withSum(readOperation(span, context, rules), context),
};

/** The run of a model, around its steps. To Arize only this span says what they used. */
function withSum(operation: Operation, { note }: ReadContext): Operation {
  if (operation.kind !== "other" || operation.span.attributes.get(TYPE) !== "model_generation") return operation;
  const { usage } = callFactsOf(operation.span, note);
  return usage === undefined ? operation : { ...operation, usage };
}

function readInput(_span: Span, context: ReadContext): MessageList | undefined {
  const text = textAttribute(context.parent?.attributes ?? new Map(), "mastra.model_step.input");
  const list = text === undefined ? undefined : listInText(text, context);
  return list === undefined ? undefined : { ...list, messages: list.messages.map(withoutStandIns) };
}

/** In the history a call is only named, as in `Let me look.[tool: get_order]`, and a result says nothing. */
function withoutStandIns(message: Message): Message {
  if (message.role === "tool") return { ...message, results: message.results.map(withoutContent) };
  if (message.role !== "assistant" || !message.text.endsWith("]")) return message;
  const calls = [...message.text.matchAll(STAND_IN)].map(([, name = ""]) => ({ name, arguments: {} }));
  return calls.length === 0 ? message : { ...message, text: message.text.replace(STAND_IN, ""), calls };
}

const STAND_IN = /\[tool: ([^\]]+)\]/g;

function withoutContent(result: MessageResult): MessageResult {
  const { content, ...rest } = result;
  return typeof content === "string" && content.startsWith("[tool-result: ") ? rest : result;
}

function readOutput(_span: Span, { parent }: ReadContext): MessageList | undefined {
  const step = parseStructure(textAttribute(parent?.attributes ?? new Map(), "mastra.model_step.output") ?? "");
  if (!isObject(step)) return undefined;
  const calls = member(step, "toolCalls");
  const text = member(step, "text");
  const message: Message = {
    role: "assistant",
    text: typeof text === "string" ? text : "",
    calls: isList(calls) ? calls.flatMap((call) => readCall(call) ?? []) : [],
    results: [],
  };
  return { messages: [message], truncated: false };
}
