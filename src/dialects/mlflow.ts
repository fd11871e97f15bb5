/**
 * MLflow's tracing SDK. Every attribute is JSON, texts too (`"\"LLM\""`): what a span was given and gave, as the traced
 * library had it, and of which type it is. The session is on the root span alone.
 */
import type { JsonValue } from "../model/session.ts";
import type { AttributeMap, Span } from "../model/span.ts";
import { jsonAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import { firstMember, isObject, member, textMember, unwrapJson } from "./lenient-json.ts";
import { listInAttribute } from "./message-source.ts";
import type { MessageSource } from "./message-source.ts";
import { readModelResponse } from "./model-response.ts";
import type { OperationKind } from "./operation.ts";
import { parseMessage, parseMessages, plainMessage } from "./parse-message.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { toCallUsage } from "./token-counts.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";
import { numberIn, positive } from "./usage.ts";
import type { CallFacts } from "./usage.ts";

const INPUTS = "mlflow.spanInputs";
const OUTPUTS = "mlflow.spanOutputs";
const TYPE = "mlflow.spanType";

const kinds = new Map<string, OperationKind>([
  ["CHAT_MODEL", "model"],
  ["LLM", "model"],
  ["TOOL", "tool"],
  ["AGENT", "agent"],
  ["WORKFLOW", "agent"],
]);

const readPrompt: MessageSource = ({ attributes }) => {
  const inputs = opened(attributes, INPUTS);
  const prompt = typeof inputs === "string" ? inputs : textMember(inputs, "input", "prompt");
  return prompt === undefined ? undefined : { messages: [plainMessage("user", prompt)], truncated: false };
};

const rules: DialectRules = {
  name: "mlflow",
  kindOf,
  input: [listInAttribute(INPUTS, { members: ["messages", "input", "contents"] }), readPrompt],
  output: [readOutput],
  toolKeys: { arguments: [INPUTS], result: [OUTPUTS] },
  wrapperKeys: { input: [INPUTS], output: [OUTPUTS], transcript: [OUTPUTS] },
  readTools: ({ attributes }) =>
    parseToolDefinitions(opened(attributes, "mlflow.chat.tools") ?? member(opened(attributes, INPUTS), "tools")),
  readSystemPrompt: ({ attributes }) => {
    const system = firstMember(opened(attributes, INPUTS), ["system", "instructions"]);
    return system === undefined ? undefined : parseMessage({ role: "system", content: system })?.text;
  },
  readCallFacts,
};

export const mlflow: Dialect = {
  name: rules.name,
  matches: ({ attributes }) => [TYPE, INPUTS, OUTPUTS].some((key) => attributes.has(key)),
  read: (span, context) => readOperation(span, context, rules),
};

/** Whatever the root is (most often a traced function), it wraps a turn. */
function kindOf(span: Span): OperationKind {
  const type = opened(span.attributes, TYPE);
  const kind = (typeof type === "string" ? kinds.get(type) : undefined) ?? genAiKind(span);
  return kind === "other" && span.parentSpanId === undefined ? "agent" : kind;
}

function readOutput({ attributes }: Span) {
  const outputs = opened(attributes, OUTPUTS);
  const messages = isObject(outputs) ? readModelResponse(outputs) : parseMessages(outputs, "assistant");
  return { messages, truncated: false };
}

function readCallFacts({ attributes }: Span): CallFacts {
  const model = textMember(opened(attributes, INPUTS), "model") ?? textOf(opened(attributes, "mlflow.llm.model"));
  const responseModel = textMember(opened(attributes, OUTPUTS), "model");
  const provider = textOf(opened(attributes, "mlflow.llm.provider"));
  const usage = opened(attributes, "mlflow.chat.tokenUsage");
  const costUsd = positive(member(opened(attributes, "mlflow.llm.cost"), "total_cost"));
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(responseModel === undefined ? {} : { responseModel }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...toCallUsage({
      input: numberIn(usage, "input_tokens"),
      output: numberIn(usage, "output_tokens"),
      total: numberIn(usage, "total_tokens"),
      cacheRead: numberIn(usage, "cache_read_input_tokens"),
      cacheWrite: numberIn(usage, "cache_creation_input_tokens"),
    }),
  };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function opened(attributes: AttributeMap, key: string): JsonValue | undefined {
  const value = jsonAttribute(attributes, key);
  return value === undefined ? undefined : unwrapJson(value);
}
