/**
 * LiteLLM, library and proxy. A request is a span of its own, or its attributes are put on the caller's span, whatever
 * that is (`POST /chat`). Messages are the conventions' with OpenAI's `tool_calls` and `tool_call_id` beside the parts, or
 * flattened (before 1.80). The child `raw_gen_ai_request` repeats the call in the provider's words.
 */
import type { JsonValue } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { numberAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import { genAiOutput } from "./gen-ai-messages.ts";
import { genAiKind } from "./gen-ai.ts";
import { isObject } from "./lenient-json.ts";
import { firstMessages } from "./message-source.ts";
import type { MessageList, OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { indexedToolDefinitions } from "./tool-definitions.ts";
import type { CallFacts } from "./usage.ts";

const RAW_REQUEST = "raw_gen_ai_request";
const names = new Set(["litellm_request", RAW_REQUEST, "Received Proxy Server Request"]);
const marks = ["hidden_params", "metadata.user_api_key_hash", "gen_ai.cost.total_cost", "litellm.call_id"];

/** LiteLLM's names of a call's type; with an `a` in front they are awaited. All others (embeddings, images) are no steps. */
const calls = new Set(["completion", "text_completion", "responses", "generate_content", "anthropic_messages"]);

const rules: DialectRules = {
  name: "litellm",
  kindOf,
  input: [({ attributes }, { memory }) => whole(memory.readIndexedMessages(attributes, "gen_ai.prompt.", (it) => it))],
  output: [readOutput],
  readCallFacts,
  readTools: ({ attributes }) => [
    ...indexedToolDefinitions(attributes, "llm.request.functions."),
    ...indexedToolDefinitions(attributes, "gen_ai.tool."),
  ],
};

export const liteLlm: Dialect = {
  name: rules.name,
  matches: ({ name, scope, attributes }) =>
    (scope.name === "litellm" && attributes.size > 0) || names.has(name) || marks.some((key) => attributes.has(key)),
  read: (span, context) => readOperation(span, context, rules),
};

/** With content capture off there is no operation's name, only the type of the request. What the proxy asks for its own purposes is nobody's turn. */
function kindOf(span: Span): OperationKind {
  if (span.name === RAW_REQUEST || span.attributes.has("litellm.request.purpose")) return "other";
  const kind = genAiKind(span);
  if (kind !== "other") return kind;
  const call = textAttribute(span.attributes, "gen_ai.operation.name", "llm.request.type") ?? "";
  return calls.has(call) || calls.has(call.replace(/^a/, "")) ? "model" : "other";
}

/** The tool calls may be there only as `gen_ai.completion.<i>.function_call.{name,arguments}`, and then without ids. */
function readOutput(span: Span, context: ReadContext): MessageList {
  const list = firstMessages(genAiOutput, span, context, "output");
  const flat = context.memory.readIndexedMessages(span.attributes, "gen_ai.completion.", asAssistant);
  if (list.messages.length === 0) return whole(flat);
  const hasCalls = list.messages.some(({ calls }) => calls.length > 0);
  return hasCalls ? list : { ...list, messages: [...list.messages, ...flat.filter(({ calls }) => calls.length > 0)] };
}

function asAssistant(element: JsonValue): JsonValue {
  return isObject(element) ? { role: "assistant", ...element } : element;
}

function readCallFacts({ attributes }: Span): CallFacts {
  const costUsd = numberAttribute(attributes, "litellm.cost.total");
  return costUsd === undefined || costUsd <= 0 ? {} : { costUsd };
}

function whole(messages: MessageList["messages"]): MessageList {
  return { messages, truncated: false };
}
