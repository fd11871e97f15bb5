import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { fieldsOf, numberOf, textOf } from "../../json.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { toParts } from "./messages.ts";

/** Reads the answer of `messages.create`. */
export function readMessage(value: unknown): ModelAnswer {
  const message = fieldsOf(value);
  const reason = textOf(message["stop_reason"]);
  const finished = reason === undefined ? {} : { finish_reason: reason };
  return {
    attributes: withoutUndefined({
      [genAi.responseId]: textOf(message["id"]),
      [genAi.responseModel]: textOf(message["model"]),
      [genAi.responseFinishReasons]: reason === undefined ? undefined : [reason],
      ...usageAttributes(message["usage"]),
    }),
    output: [{ role: "assistant", parts: toParts(message["content"]), ...finished }],
  };
}

/** Anthropic counts cached input apart; in the conventions it is a part of the input. */
function usageAttributes(value: unknown): Attributes {
  const usage = fieldsOf(value);
  const input = numberOf(usage["input_tokens"]);
  const read = numberOf(usage["cache_read_input_tokens"]);
  const created = numberOf(usage["cache_creation_input_tokens"]);
  return {
    [genAi.usageInputTokens]: input === undefined ? undefined : input + (read ?? 0) + (created ?? 0),
    [genAi.usageOutputTokens]: numberOf(usage["output_tokens"]),
    [genAi.usageCacheReadInputTokens]: read,
    [genAi.usageCacheCreationInputTokens]: created,
  };
}
