import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { Message } from "../../message.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { toParts } from "./content-parts.ts";
import { groundingParts } from "./server-tools.ts";

/** Reads a `GenerateContentResponse`. */
export function readGenerateContent(value: unknown): ModelAnswer {
  const response = fieldsOf(value);
  const output = listOf(response["candidates"]).map(toMessage);
  const reasons = output.flatMap(({ finish_reason }) => finish_reason ?? []);
  const isBlocked = blockReasonOf(response["promptFeedback"]) !== undefined;
  return {
    attributes: withoutUndefined({
      [genAi.responseId]: textOf(response["responseId"]),
      [genAi.responseModel]: textOf(response["modelVersion"]),
      [genAi.responseFinishReasons]: reasons.length > 0 ? reasons : isBlocked ? ["content_filter"] : undefined,
      ...usageAttributes(response["usageMetadata"]),
    }),
    output,
  };
}

/** Why the prompt was refused; then there is no candidate. */
export const blockReasonOf = (promptFeedback: unknown): string | undefined =>
  textOf(fieldsOf(promptFeedback)["blockReason"]);

function toMessage(value: unknown): Message {
  const candidate = fieldsOf(value);
  const { content, finishReason } = candidate;
  const finished = typeof finishReason === "string" ? { finish_reason: toFinishReason(finishReason) } : {};
  const said = content === undefined ? [] : toParts(content);
  return { role: "assistant", parts: [...groundingParts(candidate), ...said], ...finished };
}

/** In the conventions' words where they have one. */
const finishReasons: ReadonlyMap<string, string> = new Map([
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["BLOCKLIST", "content_filter"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["SPII", "content_filter"],
  ["IMAGE_SAFETY", "content_filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content_filter"],
  ["IMAGE_RECITATION", "content_filter"],
]);

const toFinishReason = (reason: string): string => finishReasons.get(reason) ?? reason.toLowerCase();

/**
 * The API counts thoughts apart from the candidates, and the results of its own tools apart from the prompt; cached tokens
 * are a part of the prompt.
 */
function usageAttributes(value: unknown): Attributes {
  const usage = fieldsOf(value);
  return {
    [genAi.usageInputTokens]: sumOf(usage["promptTokenCount"], usage["toolUsePromptTokenCount"]),
    [genAi.usageOutputTokens]: sumOf(usage["candidatesTokenCount"], usage["thoughtsTokenCount"]),
    [genAi.usageCacheReadInputTokens]: numberOf(usage["cachedContentTokenCount"]),
    [genAi.usageReasoningOutputTokens]: numberOf(usage["thoughtsTokenCount"]),
  };
}

/** Undefined when neither was counted. */
function sumOf(a: unknown, b: unknown): number | undefined {
  const counts = [a, b].flatMap((count) => numberOf(count) ?? []);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}
