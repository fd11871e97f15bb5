/**
 * Logfire's instrumentation of the OpenAI and Anthropic clients and of OpenAI Agents: the request and the response as JSON
 * (`request_data`, `response_data`), or for the Responses API one list of events with both.
 */
import type { JsonValue } from "../model/session.ts";
import type { AttributeMap, Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { eventListInput, eventListOutput } from "./event-list.ts";
import { genAiKind } from "./gen-ai.ts";
import { firstMember, isList, isObject, member, textMember, unwrapJson } from "./lenient-json.ts";
import { listInAttribute } from "./message-source.ts";
import type { MessageSource } from "./message-source.ts";
import type { Message, MessageCall } from "./message.ts";
import type { Operation, OperationKind } from "./operation.ts";
import { parseMessage, plainMessage } from "./parse-message.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { toCallUsage } from "./token-counts.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";
import { numberIn } from "./usage.ts";
import type { CallFacts } from "./usage.ts";

const REQUEST = "request_data";
const RESPONSE = "response_data";
const scopes = new Set(["logfire.openai", "logfire.anthropic", "logfire.openai_agents"]);

const readPrompt: MessageSource = ({ attributes }) => {
  const prompt = textMember(opened(attributes, REQUEST), "prompt");
  return prompt === undefined ? undefined : { messages: [plainMessage("user", prompt)], truncated: false };
};

const rules: DialectRules = {
  name: "logfire",
  kindOf,
  input: [listInAttribute(REQUEST, { members: ["messages"] }), eventListInput("events"), readPrompt],
  output: [({ attributes }) => ({ messages: readResponse(attributes), truncated: false }), eventListOutput("events")],
  toolKeys: { name: ["name"], arguments: ["input"], result: ["output"] },
  readTools: ({ attributes }) => parseToolDefinitions(member(opened(attributes, REQUEST), "tools")),
  readSystemPrompt: ({ attributes }) => {
    const system = member(opened(attributes, REQUEST), "system");
    return system === undefined ? undefined : parseMessage({ role: "system", content: system })?.text;
  },
  readCallFacts,
};

export const logfire: Dialect = {
  name: rules.name,
  matches: ({ scope, attributes }) =>
    scopes.has(scope.name) || (attributes.has(REQUEST) && attributes.has("logfire.msg_template")),
  read: (span, context) => {
    const operation = readOperation(span, context, rules);
    const agentName = operation.kind === "agent" ? textAttribute(span.attributes, "name") : undefined;
    const named = agentName === undefined ? operation : { ...operation, agentName };
    return inGroup(named);
  },
};

/** OpenAI Agents link the traces of a conversation by a group, if the application names one. */
function inGroup(operation: Operation): Operation {
  const { attributes } = operation.span;
  if (attributes.get("logfire.msg_template") !== "OpenAI Agents trace: {name}") return operation;
  const group = textAttribute(attributes, "group_id");
  if (group === undefined || group === "null" || operation.conversationId !== undefined) return operation;
  return { ...operation, embeddedConversationId: group };
}

/**
 * A streamed call is two records: the request, which ends before the answer begins, and when that is over another one
 * with both. The first is none. Other endpoints (embeddings, images) have neither messages nor a text.
 */
function kindOf(span: Span): OperationKind {
  const { attributes } = span;
  const kind = genAiKind(span);
  const request = opened(attributes, REQUEST);
  const isAnswered = attributes.has(RESPONSE) || attributes.has("events") || attributes.has("gen_ai.output.messages");
  if (member(request, "stream") === true && !isAnswered && span.status.code !== 2) return "other";
  if (kind !== "other") return kind;
  if (isList(member(request, "messages")) || attributes.has("events")) return "model";
  if (textMember(request, "prompt") !== undefined && readResponse(attributes).length > 0) return "model";
  return kindInTemplate(textAttribute(attributes, "logfire.msg_template") ?? "");
}

/** OpenAI Agents: `Agent run: {name!r}`, `Function: {name}`, `Handoff: {from_agent} → {to_agent}`. */
function kindInTemplate(template: string): OperationKind {
  if (template.startsWith("Function:")) return "tool";
  return template.startsWith("Agent run:") ? "agent" : "other";
}

/** A message; of a stream perhaps only its text. */
function readResponse(attributes: AttributeMap): readonly Message[] {
  const response = opened(attributes, RESPONSE);
  const message = firstMember(response, ["message"]);
  const read = isObject(message) ? parseMessage(message, "assistant") : undefined;
  if (read !== undefined) return [{ ...read, calls: read.calls.map(withOwnArguments) }];
  const text = textMember(response, "combined_chunk_content", "text");
  return text === undefined ? [] : [plainMessage("assistant", text)];
}

/** Anthropic's tool use is dumped whole where its arguments belong: `{"input": {…}}`. */
function withOwnArguments(call: MessageCall): MessageCall {
  const input = member(call.arguments, "input");
  const isWrapped = isObject(input) && isObject(call.arguments) && Object.keys(call.arguments).length === 1;
  return isWrapped ? { ...call, arguments: input } : call;
}

function readCallFacts({ attributes }: Span): CallFacts {
  const usage = member(opened(attributes, RESPONSE), "usage");
  const model = textMember(opened(attributes, REQUEST), "model");
  return {
    ...(model === undefined ? {} : { model }),
    ...toCallUsage({
      input: numberIn(usage, "prompt_tokens", "input_tokens"),
      output: numberIn(usage, "completion_tokens", "output_tokens"),
      total: numberIn(usage, "total_tokens"),
      cacheRead:
        numberIn(usage, "cache_read_input_tokens") ??
        numberIn(firstMember(usage, ["prompt_tokens_details", "input_tokens_details"]), "cached_tokens"),
      cacheWrite: numberIn(usage, "cache_creation_input_tokens"),
      reasoning: numberIn(
        firstMember(usage, ["completion_tokens_details", "output_tokens_details"]),
        "reasoning_tokens",
      ),
      // Anthropic's own response: what was read from a cache and written to one stands beside the input.
      inputIsUncached: numberIn(usage, "cache_read_input_tokens") !== undefined,
    }),
  };
}

function opened(attributes: AttributeMap, key: string): JsonValue | undefined {
  const value = jsonAttribute(attributes, key);
  return value === undefined ? undefined : unwrapJson(value);
}
