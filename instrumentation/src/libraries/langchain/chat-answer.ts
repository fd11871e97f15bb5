import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { toMessage } from "./messages.ts";

/** An `AIMessage`, whole or put together. */
export interface Answer {
  readonly parts: readonly Part[];
  readonly id: unknown;
  /** Its `usage_metadata`. */
  readonly usage: Fields;
  /** What the provider says of it. */
  readonly metadata: Fields;
}

/** Version 0 of `@langchain/anthropic` has a part of it elsewhere. */
export const metadataOf = ({ additional_kwargs, response_metadata }: Fields): Fields => ({
  ...fieldsOf(additional_kwargs),
  ...fieldsOf(response_metadata),
});

/**
 * Reads from an `LLMResult` what answers the input at `index`: several generations only if the model was asked for more.
 * A model that completes texts gives no messages, and counts the tokens of all inputs together.
 */
export function readGenerations(result: unknown, index: number): ModelAnswer {
  const { generations, llmOutput } = fieldsOf(result);
  const common = listOf(generations).length === 1 ? fieldsOf(llmOutput) : {};
  return readAnswers(
    listOf(listOf(generations)[index]).map((generation) => {
      const { message, text, generationInfo } = fieldsOf(generation);
      return answerOf(message ?? { content: text, response_metadata: { ...common, ...fieldsOf(generationInfo) } });
    }),
  );
}

function answerOf(value: unknown): Answer {
  const message = fieldsOf(value);
  const { parts } = toMessage(message);
  return { parts, id: message["id"], usage: fieldsOf(message["usage_metadata"]), metadata: metadataOf(message) };
}

/** Several are the choices of one answer. */
export function readAnswers(answers: readonly Answer[]): ModelAnswer {
  const [first] = answers;
  const finishReasons = answers.flatMap((answer) => finishReasonOf(answer) ?? []);
  return {
    attributes: withoutUndefined({
      ...(first !== undefined && { ...responseAttributes(first), ...usageAttributes(first) }),
      [genAi.responseFinishReasons]: finishReasons.length > 0 ? finishReasons : undefined,
    }),
    output: answers.map((answer) => {
      const reason = finishReasonOf(answer);
      return { role: "assistant", parts: answer.parts, ...(reason !== undefined && { finish_reason: reason }) };
    }),
  };
}

/** Each provider has its own word for it; the Responses API has none, but a status. */
const finishReasonNames = ["finish_reason", "stop_reason", "finishReason", "stopReason", "done_reason"];

export function finishReasonOf({ parts, metadata }: Pick<Answer, "parts" | "metadata">): string | undefined {
  const reason = finishReasonNames.map((name) => textOf(metadata[name])).find(Boolean);
  if (reason !== undefined || metadata["status"] !== "completed") return reason;
  return parts.some(({ type }) => type === "tool_call") ? "tool_calls" : "stop";
}

/** Messages that came without an id have one of LangChain's. */
function responseAttributes({ id, metadata }: Answer): Attributes {
  const responseId = textOf(metadata["id"]) ?? textOf(id);
  return {
    [genAi.responseId]: /^(lc_)?run-/.test(responseId ?? "") ? undefined : responseId,
    [genAi.responseModel]: textOf(metadata["model_name"]) ?? textOf(metadata["model"]),
  };
}

function usageAttributes({ usage, metadata }: Answer): Attributes {
  // All that models which are older than `usage_metadata` have.
  const older = fieldsOf(metadata["tokenUsage"]);
  const details = fieldsOf(usage["input_token_details"]);
  const read = numberOf(details["cache_read"]);
  const created = numberOf(details["cache_creation"]);
  const input = numberOf(usage["input_tokens"]) ?? numberOf(older["promptTokens"]);
  const cached = (read ?? 0) + (created ?? 0);
  return {
    [genAi.usageInputTokens]: input !== undefined && isWithoutCached(input, cached, metadata) ? input + cached : input,
    [genAi.usageOutputTokens]: numberOf(usage["output_tokens"]) ?? numberOf(older["completionTokens"]),
    [genAi.usageCacheReadInputTokens]: read,
    [genAi.usageCacheCreationInputTokens]: created,
    [genAi.usageReasoningOutputTokens]: numberOf(fieldsOf(usage["output_token_details"])["reasoning"]),
  };
}

/**
 * `usage_metadata` counts cached input in, but `@langchain/anthropic` 0 hands on Anthropic's number, which does not: it
 * is the provider's own, or too small.
 */
function isWithoutCached(input: number, cached: number, { usage }: Fields): boolean {
  const own = fieldsOf(usage);
  return input < cached || ("cache_read_input_tokens" in own && own["input_tokens"] === input);
}
