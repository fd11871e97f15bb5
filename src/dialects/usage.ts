/** Tokens, cost and model names of a model call. One list of keys each, for all dialects; the first present wins. */
import type { TokenUsage } from "../model/session.ts";
import type { AttributeMap } from "../model/span.ts";
import { jsonAttribute, numberAttribute, textAttribute } from "./attribute-values.ts";
import { isList, parseStructure } from "./lenient-json.ts";

const inputKeys = [
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.prompt_tokens",
  "llm.token_count.prompt",
  "ai.usage.inputTokens",
  "ai.usage.promptTokens",
  "llm.usage.prompt_tokens",
];
const outputKeys = [
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.completion_tokens",
  "llm.token_count.completion",
  "ai.usage.outputTokens",
  "ai.usage.completionTokens",
  "llm.usage.completion_tokens",
];
const cachedKeys = [
  "gen_ai.usage.cache_read.input_tokens",
  "gen_ai.usage.cache_read_input_tokens",
  "llm.token_count.prompt_details.cache_read",
  "ai.usage.cachedInputTokens",
  "ai.usage.inputTokenDetails.cacheReadTokens",
];
const reasoningKeys = [
  "gen_ai.usage.reasoning.output_tokens",
  "gen_ai.usage.reasoning_tokens",
  "llm.token_count.completion_details.reasoning",
  "ai.usage.reasoningTokens",
  "ai.usage.outputTokenDetails.reasoningTokens",
];
const providerKeys = ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"];
const modelKeys = ["gen_ai.request.model", "llm.request.model_name", "ai.model.id"];
const responseModelKeys = ["gen_ai.response.model", "llm.response.model_name", "ai.response.model", "llm.model_name"];
const finishKeys = ["gen_ai.response.finish_reasons", "llm.finish_reason", "ai.response.finishReason"];

/** What a call says of itself beside its messages. */
export interface CallFacts {
  readonly provider?: string;
  readonly model?: string;
  readonly responseModel?: string;
  readonly finishReason?: string;
  readonly usage?: TokenUsage;
  readonly costUsd?: number;
}

export function callFactsOf(attributes: AttributeMap): CallFacts {
  const provider = textAttribute(attributes, ...providerKeys);
  const model = textAttribute(attributes, ...modelKeys);
  const responseModel = textAttribute(attributes, ...responseModelKeys);
  const finishReason = finishReasonOf(attributes);
  const usage = usageOf(attributes);
  const costUsd = costOf(attributes);
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(responseModel === undefined ? {} : { responseModel }),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(usage === undefined ? {} : { usage }),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

/** As reported: whether cached tokens are part of the input differs between libraries and cannot be told apart. */
function usageOf(attributes: AttributeMap): TokenUsage | undefined {
  const inputTokens = numberAttribute(attributes, ...inputKeys);
  const outputTokens = numberAttribute(attributes, ...outputKeys);
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    cachedInputTokens: numberAttribute(attributes, ...cachedKeys) ?? 0,
    reasoningTokens: numberAttribute(attributes, ...reasoningKeys) ?? 0,
  };
}

/** 0 stands for an unknown price. */
function costOf(attributes: AttributeMap): number | undefined {
  const total = numberAttribute(
    attributes,
    "gen_ai.usage.cost",
    "llm.cost.total",
    "gen_ai.cost.total_cost",
    "operation.cost",
  );
  if (total !== undefined) return total === 0 ? undefined : total;
  const parts = [numberAttribute(attributes, "llm.cost.prompt"), numberAttribute(attributes, "llm.cost.completion")];
  const sum = parts.reduce<number>((sum, part) => sum + (part ?? 0), 0);
  return sum === 0 ? undefined : sum;
}

/** A list, a list as JSON text, a comma list or a word. */
function finishReasonOf(attributes: AttributeMap): string | undefined {
  const value = jsonAttribute(attributes, ...finishKeys);
  const opened = typeof value === "string" ? (parseStructure(value) ?? value.split(",")[0]) : value;
  const first = isList(opened) ? opened[0] : opened;
  return typeof first === "string" && first !== "" ? first : undefined;
}
