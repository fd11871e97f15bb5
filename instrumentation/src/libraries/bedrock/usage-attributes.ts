import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { fieldsOf, numberOf } from "../../json.ts";
import { withoutUndefined } from "../../without-undefined.ts";

/**
 * Tokens as Converse counts them (`inputTokens`), and as the metrics of an invocation do (`inputTokenCount`). AWS counts
 * cached input apart; in the conventions it is a part of the input.
 */
export function usageAttributes(value: unknown): Attributes {
  const usage = fieldsOf(value);
  const count = (name: string): number | undefined => numberOf(usage[`${name}s`]) ?? numberOf(usage[`${name}Count`]);
  const input = count("inputToken");
  const read = count("cacheReadInputToken");
  const created = count("cacheWriteInputToken");
  return withoutUndefined({
    [genAi.usageInputTokens]: input === undefined ? undefined : input + (read ?? 0) + (created ?? 0),
    [genAi.usageOutputTokens]: count("outputToken"),
    [genAi.usageCacheReadInputTokens]: read,
    [genAi.usageCacheCreationInputTokens]: created,
  });
}
