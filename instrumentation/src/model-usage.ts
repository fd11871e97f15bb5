import type { Attributes } from "@opentelemetry/api";
import { genAi } from "./gen-ai.ts";
import type { ModelUsage } from "./guards/guard.ts";
import { numberOf, textOf } from "./json.ts";

/** What a call used, from what it asked for and the attributes of both sides. An embedding has no output to be counted. */
export function usageOf(
  asked: { readonly operation: string; readonly model: string | undefined; readonly attributes: Attributes },
  answer: Attributes,
): ModelUsage {
  return {
    provider: textOf(asked.attributes[genAi.providerName]),
    model: asked.model,
    responseModel: textOf(answer[genAi.responseModel]),
    inputTokens: numberOf(answer[genAi.usageInputTokens]),
    outputTokens: asked.operation === "embeddings" ? 0 : numberOf(answer[genAi.usageOutputTokens]),
    cachedInputTokens: numberOf(answer[genAi.usageCacheReadInputTokens]),
    cacheCreationInputTokens: numberOf(answer[genAi.usageCacheCreationInputTokens]),
  };
}
