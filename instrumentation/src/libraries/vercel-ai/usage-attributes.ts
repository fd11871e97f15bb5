import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf } from "../../json.ts";

interface Usage {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
}

/** The tokens of a result. The conventions count cached input as a part of the input, and reasoning as one of the output. */
export function usageAttributes(result: Fields): Attributes {
  const usage = fieldsOf(result["usage"]);
  const isNested = typeof usage["inputTokens"] === "object" && usage["inputTokens"] !== null;
  const { input, output, cacheRead, cacheWrite, reasoning } = isNested ? nested(usage) : flat(usage, result);
  return {
    [genAi.usageInputTokens]: input,
    [genAi.usageOutputTokens]: output,
    [genAi.usageCacheReadInputTokens]: cacheRead,
    [genAi.usageCacheCreationInputTokens]: cacheWrite,
    [genAi.usageReasoningOutputTokens]: reasoning,
  };
}

/** Since version 3 of the specification. */
function nested(usage: Fields): Usage {
  const input = fieldsOf(usage["inputTokens"]);
  const output = fieldsOf(usage["outputTokens"]);
  return {
    input: countOf(input["total"]),
    output: countOf(output["total"]),
    cacheRead: countOf(input["cacheRead"]),
    cacheWrite: countOf(input["cacheWrite"]),
    reasoning: countOf(output["reasoning"]),
  };
}

/** Before, what a provider counts apart was in its metadata, and Anthropic's input was without the cached tokens. */
function flat(usage: Fields, result: Fields): Usage {
  const providers = Object.entries(fieldsOf(result["providerMetadata"]));
  const metadata = providers.reduce<Fields>((all, [, value]) => ({ ...all, ...fieldsOf(value) }), {});
  const input = countOf(usage["inputTokens"] ?? usage["promptTokens"]);
  const cacheRead =
    countOf(usage["cachedInputTokens"]) ??
    countOf(metadata["cacheReadInputTokens"]) ??
    countOf(metadata["cachedPromptTokens"]);
  const cacheWrite = countOf(metadata["cacheCreationInputTokens"]);
  const isAnthropic = providers.some(([name]) => name === "anthropic");
  return {
    input: isAnthropic && input !== undefined ? input + (cacheRead ?? 0) + (cacheWrite ?? 0) : input,
    output: countOf(usage["outputTokens"] ?? usage["completionTokens"]),
    cacheRead,
    cacheWrite,
    reasoning: countOf(usage["reasoningTokens"]) ?? countOf(metadata["reasoningTokens"]),
  };
}

/** What the provider did not count is NaN in version 1. */
export const countOf = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isFinite(value) ? value : undefined;
