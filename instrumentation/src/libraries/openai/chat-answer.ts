import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { toMessage } from "./chat-messages.ts";
import { withoutUndefined } from "../../without-undefined.ts";

/** Reads a `chat.completion`. */
export function readChatCompletion(value: unknown): ModelAnswer {
  const completion = fieldsOf(value);
  const choices = listOf(completion["choices"]).map(fieldsOf);
  const finishReasons = choices.flatMap(({ finish_reason }) => textOf(finish_reason) ?? []);
  return {
    attributes: withoutUndefined({
      [genAi.responseId]: textOf(completion["id"]),
      [genAi.responseModel]: textOf(completion["model"]),
      [genAi.responseFinishReasons]: finishReasons.length > 0 ? finishReasons : undefined,
      [genAi.openaiResponseServiceTier]: textOf(completion["service_tier"]),
      [genAi.openaiResponseSystemFingerprint]: textOf(completion["system_fingerprint"]),
      ...usageAttributes(completion["usage"]),
    }),
    output: choices.map(({ message, finish_reason }) => {
      const { role, parts } = toMessage({ role: "assistant", ...fieldsOf(message) });
      return { role, parts, ...(typeof finish_reason === "string" && { finish_reason }) };
    }),
  };
}

function usageAttributes(value: unknown): Attributes {
  const usage = fieldsOf(value);
  return {
    [genAi.usageInputTokens]: numberOf(usage["prompt_tokens"]),
    [genAi.usageOutputTokens]: numberOf(usage["completion_tokens"]),
    [genAi.usageCacheReadInputTokens]: numberOf(fieldsOf(usage["prompt_tokens_details"])["cached_tokens"]),
    [genAi.usageReasoningOutputTokens]: numberOf(fieldsOf(usage["completion_tokens_details"])["reasoning_tokens"]),
  };
}
