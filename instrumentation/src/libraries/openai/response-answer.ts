import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { toMessages } from "./response-items.ts";
import { withoutUndefined } from "../../without-undefined.ts";

/** Reads a `response` of the Responses API, finished or not. */
export function readResponse(value: unknown): ModelAnswer {
  const response = fieldsOf(value);
  const usage = fieldsOf(response["usage"]);
  const finishReason = finishReasonOf(response);
  const error = errorOf(response);
  return {
    attributes: withoutUndefined({
      [genAi.responseId]: textOf(response["id"]),
      [genAi.responseModel]: textOf(response["model"]),
      [genAi.responseFinishReasons]: finishReason === undefined ? undefined : [finishReason],
      [genAi.openaiResponseServiceTier]: textOf(response["service_tier"]),
      [genAi.usageInputTokens]: numberOf(usage["input_tokens"]),
      [genAi.usageOutputTokens]: numberOf(usage["output_tokens"]),
      [genAi.usageCacheReadInputTokens]: numberOf(fieldsOf(usage["input_tokens_details"])["cached_tokens"]),
      [genAi.usageReasoningOutputTokens]: numberOf(fieldsOf(usage["output_tokens_details"])["reasoning_tokens"]),
    }),
    output: toMessages(response["output"]).map((message) =>
      finishReason === undefined ? message : { ...message, finish_reason: finishReason },
    ),
    ...(error !== undefined && { error }),
  };
}

/** The Responses API has no finish reason: these are what chat completions would say. */
function finishReasonOf(response: Fields): string | undefined {
  const reason = textOf(fieldsOf(response["incomplete_details"])["reason"]);
  if (reason !== undefined) return reason === "max_output_tokens" ? "length" : reason;
  if (response["status"] !== "completed") return undefined;
  const asksForTools = listOf(response["output"]).some((item) =>
    ["function_call", "custom_tool_call"].includes(textOf(fieldsOf(item)["type"]) ?? ""),
  );
  return asksForTools ? "tool_calls" : "stop";
}

function errorOf(response: Fields): Error | undefined {
  const { code, message } = fieldsOf(response["error"]);
  return response["status"] === "failed"
    ? new ResponseFailedError(textOf(message) ?? textOf(code) ?? "failed")
    : undefined;
}

/** A response that the provider delivered with status `failed`. */
class ResponseFailedError extends Error {}
