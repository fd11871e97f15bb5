/** Tokens, cost and model names of a model call. One list of keys each, for all dialects; the first present wins. */
import type { JsonValue } from "../model/session.ts";
import type { AttributeMap, Span } from "../model/span.ts";
import { jsonAttribute, numberAttribute, textAttribute } from "./attribute-values.ts";
import { isList, isObject, member, parseStructure } from "./lenient-json.ts";
import { unnoted } from "./note.ts";
import type { Note } from "./note.ts";
import { toCallUsage } from "./token-counts.ts";
import type { CallUsage, TokenCounts } from "./token-counts.ts";

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
const totalKeys = [
  "gen_ai.usage.total_tokens",
  "llm.token_count.total",
  "ai.usage.totalTokens",
  "llm.usage.total_tokens",
];
const cacheReadKeys = [
  "gen_ai.usage.cache_read.input_tokens",
  "gen_ai.usage.cache_read_input_tokens",
  "gen_ai.usage.details.cache_read_tokens",
  "llm.token_count.prompt_details.cache_read",
  "ai.usage.inputTokenDetails.cacheReadTokens",
  "ai.usage.cachedInputTokens",
];
const cacheWriteKeys = [
  "gen_ai.usage.cache_write.input_tokens",
  "gen_ai.usage.cache_creation.input_tokens",
  "gen_ai.usage.cache_write_input_tokens",
  "gen_ai.usage.cache_creation_input_tokens",
  "gen_ai.usage.details.cache_write_tokens",
  "llm.token_count.prompt_details.cache_write",
  "ai.usage.inputTokenDetails.cacheWriteTokens",
];
const reasoningKeys = [
  "gen_ai.usage.reasoning.output_tokens",
  "gen_ai.usage.reasoning_tokens",
  "gen_ai.usage.details.reasoning_tokens",
  "llm.token_count.completion_details.reasoning",
  "ai.usage.reasoningTokens",
  "ai.usage.outputTokenDetails.reasoningTokens",
];
const providerKeys = ["gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "ai.model.provider"];
const modelKeys = ["gen_ai.request.model", "llm.request.model_name", "ai.model.id"];
const responseModelKeys = ["gen_ai.response.model", "llm.response.model_name", "ai.response.model", "llm.model_name"];
const responseIdKeys = ["gen_ai.response.id", "ai.response.id", "llm.response.id"];
/** The provider's answer as JSON, or whatever else the library takes for the output. */
const rawResponseKeys = ["output.value", "mlflow.spanOutputs", "gen_ai.completion", "langfuse.observation.output"];
const finishKeys = ["gen_ai.response.finish_reasons", "llm.finish_reason", "ai.response.finishReason"];
const tierKeys = [
  "openai.response.service_tier",
  "gen_ai.openai.response.service_tier",
  "openai.request.service_tier",
  "gen_ai.openai.request.service_tier",
];

/** What a call says of itself beside its messages. */
export interface CallFacts extends Partial<CallUsage> {
  readonly provider?: string;
  readonly model?: string;
  readonly responseModel?: string;
  readonly finishReason?: string;
  readonly responseId?: string;
  /** What the span says that the call cost; never 0, which stands for an unknown price. */
  readonly costUsd?: number;
  /** A provider's class of service (`flex`, `priority`), each of which has prices of its own. */
  readonly serviceTier?: string;
}

export function callFactsOf(span: Span, note: Note = unnoted): CallFacts {
  const { attributes } = span;
  const provider = note("provider", () => textAttribute(attributes, ...providerKeys));
  const model = note("model", () => textAttribute(attributes, ...modelKeys));
  const responseModel = note("response_model", () => textAttribute(attributes, ...responseModelKeys));
  const finishReason = note("finish_reason", () => finishReasonOf(attributes));
  const responseId = note("response_id", () => responseIdOf(attributes));
  const costUsd = note("cost", () => costOf(attributes));
  const serviceTier = textAttribute(attributes, ...tierKeys);
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(responseModel === undefined ? {} : { responseModel }),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(responseId === undefined ? {} : { responseId }),
    ...note("usage", () => usageOf(span, responseModel ?? model)),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  };
}

function usageOf(span: Span, model: string | undefined): CallUsage | undefined {
  const { attributes } = span;
  const details = detailsOf(attributes);
  return toCallUsage({
    input: numberAttribute(attributes, ...inputKeys),
    output: numberAttribute(attributes, ...outputKeys),
    total: numberAttribute(attributes, ...totalKeys),
    cacheRead: numberAttribute(attributes, ...cacheReadKeys) ?? details.cacheRead,
    cacheWrite: numberAttribute(attributes, ...cacheWriteKeys) ?? details.cacheWrite,
    reasoning: numberAttribute(attributes, ...reasoningKeys) ?? details.reasoning,
    inputIsUncached: leavesCachedOut(span, model),
  });
}

/** LangSmith's `input_token_details`; what the AI SDK 4 passed on from the provider, under the provider's name. */
function detailsOf(attributes: AttributeMap): TokenCounts {
  const input = opened(jsonAttribute(attributes, "gen_ai.usage.input_token_details"));
  const output = opened(jsonAttribute(attributes, "gen_ai.usage.output_token_details"));
  const metadata = opened(jsonAttribute(attributes, "ai.response.providerMetadata"));
  const [openAi, anthropic] = [member(metadata, "openai"), member(metadata, "anthropic")];
  return {
    cacheRead:
      numberIn(input, "cache_read") ??
      numberIn(openAi, "cachedPromptTokens") ??
      numberIn(anthropic, "cacheReadInputTokens"),
    cacheWrite: numberIn(input, "cache_creation") ?? numberIn(anthropic, "cacheCreationInputTokens"),
    reasoning: numberIn(output, "reasoning") ?? numberIn(openAi, "reasoningTokens"),
  };
}

/**
 * Anthropic's API counts cached tokens beside the input. Most libraries add them up; these pass on what they got:
 * Traceloop for Node, Strands, the AI SDK up to 5. (Those for other providers, and the others, include them.)
 */
function leavesCachedOut({ scope, attributes }: Span, model: string | undefined): boolean {
  if (scope.name === "@traceloop/instrumentation-anthropic") return true;
  if (model === undefined || !model.includes("claude")) return false;
  if (attributes.has("gen_ai.event.start_time")) return true;
  const isVercelAi = attributes.has("ai.usage.inputTokens") || attributes.has("ai.usage.promptTokens");
  return isVercelAi && !attributes.has("ai.usage.inputTokenDetails.noCacheTokens");
}

const costKeys = ["gen_ai.usage.cost", "llm.cost.total", "gen_ai.cost.total_cost", "operation.cost"];

/** 0 stands for an unknown price. */
function costOf(attributes: AttributeMap): number | undefined {
  const key = costKeys.find((key) => positive(numberAttribute(attributes, key)) !== undefined);
  if (key !== undefined) return positive(numberAttribute(attributes, key));
  return positive(sumOf(attributes, ["llm.cost.prompt", "llm.cost.completion"]));
}

function sumOf(attributes: AttributeMap, keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + (numberAttribute(attributes, key) ?? 0), 0);
}

export function positive(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}

function responseIdOf(attributes: AttributeMap): string | undefined {
  return (
    textAttribute(attributes, ...responseIdKeys) ??
    ID_IN_FRONT.exec(textAttribute(attributes, ...rawResponseKeys) ?? "")?.[1]
  );
}

/** Providers write it in front, so that nothing long has to be parsed for it. */
const ID_IN_FRONT = /^\s*\{\s*"id"\s*:\s*"([^"\\]{1,200})"/;

/** A list, a list as JSON text, a comma list or a word. */
function finishReasonOf(attributes: AttributeMap): string | undefined {
  const value = jsonAttribute(attributes, ...finishKeys);
  const opened = typeof value === "string" ? (parseStructure(value) ?? value.split(",")[0]) : value;
  const first = isList(opened) ? opened[0] : opened;
  return typeof first === "string" && first !== "" ? first : undefined;
}

function opened(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === "string" ? parseStructure(value) : value;
}

/** A number among an object's members. */
export function numberIn(value: JsonValue | undefined, ...names: readonly string[]): number | undefined {
  const found = names.map((name) => member(value, name)).find((inner) => typeof inner === "number");
  return isObject(value) && typeof found === "number" ? found : undefined;
}
