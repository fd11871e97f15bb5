/** What a span says of a request to a model, in the words of the GenAI semantic conventions. */
import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { AttributeValue } from "../model/span.ts";
import type { TracedRequest } from "./trace-request.ts";

export type Attribute = readonly [key: string, value: AttributeValue];

/** Everything but what was said. */
export function requestAttributes({ baseUrl, body, outcome }: TracedRequest): readonly Attribute[] {
  const { hostname, port, protocol } = new URL(baseUrl);
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  return [
    ["gen_ai.operation.name", "chat"],
    // The API that is spoken; who serves the model behind it is not known.
    ["gen_ai.provider.name", "openai"],
    ["gen_ai.request.model", body.model],
    ...optional("gen_ai.request.temperature", body.temperature),
    ...optional("gen_ai.request.max_tokens", whole(maxTokens)),
    ["gen_ai.output.type", "json"],
    ["turnwise.llm.mode", modeOf(body)],
    ["server.address", hostname],
    ["server.port", BigInt(port === "" ? (protocol === "https:" ? 443 : 80) : port)],
    ...outcomeAttributes(outcome),
  ];
}

function outcomeAttributes(outcome: TracedRequest["outcome"]): readonly Attribute[] {
  if ("error" in outcome) return [["error.type", outcome.error.code]];
  const { model, finishReason, usage } = outcome.reply;
  return [
    ...optional("gen_ai.response.model", model),
    ...optional("gen_ai.response.finish_reasons", finishReason === undefined ? undefined : [finishReason]),
    ...optional("gen_ai.usage.input_tokens", whole(usage?.inputTokens)),
    ...optional("gen_ai.usage.output_tokens", whole(usage?.outputTokens)),
    ...optional("gen_ai.usage.cache_read.input_tokens", whole(usage?.cachedInputTokens)),
    ...optional("gen_ai.usage.reasoning.output_tokens", whole(usage?.reasoningTokens)),
  ];
}

/** What was sent and what was answered, as JSON. */
export function contentOf({ body, outcome }: TracedRequest): readonly (readonly [key: string, json: string])[] {
  const instructions = body.messages.filter(({ role }) => role === "system").map(textPart);
  const messages = body.messages
    .filter(({ role }) => role !== "system")
    .map((message) => ({ role: message.role, parts: [textPart(message)] }));
  return [
    ["gen_ai.system_instructions", JSON.stringify(instructions)],
    ["gen_ai.input.messages", JSON.stringify(messages)],
    ...("error" in outcome ? [] : [["gen_ai.output.messages", JSON.stringify([answerOf(outcome.reply)])] as const]),
  ];
}

function answerOf({ text, refusal, finishReason }: { text: string; refusal?: string; finishReason?: string }) {
  const parts = [{ type: "text", content: refusal ?? text }];
  return { role: "assistant", parts, ...(finishReason === undefined ? {} : { finish_reason: finishReason }) };
}

const textPart = ({ content }: ChatCompletionMessageParam) => ({
  type: "text",
  content: typeof content === "string" ? content : "",
});

/** In which of its forms JSON was asked for. */
function modeOf({ response_format: format, tools }: TracedRequest["body"]): string {
  if (tools !== undefined) return "tool_call";
  return format?.type ?? "text";
}

/** Null is no value here, as it is none in a request. */
const optional = (key: string, value: AttributeValue | undefined): readonly Attribute[] =>
  value === undefined || value === null ? [] : [[key, value]];

const whole = (count: number | null | undefined): bigint | undefined =>
  count === undefined || count === null ? undefined : BigInt(count);
