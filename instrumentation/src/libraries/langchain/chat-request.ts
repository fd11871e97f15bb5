import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { ModelRequest } from "../../model-call.ts";
import { providerAttributes } from "../openai/provider-of.ts";
import { type Parameter, readParameters, texts } from "../parameters.ts";
import { callMethod } from "./call-method.ts";
import { toMessage } from "./messages.ts";
import { toToolDefinitions } from "./tool-definitions.ts";

/** Parameters as LangChain names them for its tracer (`ls_`) and as the providers' own requests do. */
const parameters: readonly Parameter[] = [
  ["ls_max_tokens", genAi.requestMaxTokens, numberOf],
  ["max_tokens", genAi.requestMaxTokens, numberOf],
  ["max_completion_tokens", genAi.requestMaxTokens, numberOf],
  ["max_output_tokens", genAi.requestMaxTokens, numberOf],
  ["maxOutputTokens", genAi.requestMaxTokens, numberOf],
  ["maxTokens", genAi.requestMaxTokens, numberOf],
  ["ls_temperature", genAi.requestTemperature, numberOf],
  ["temperature", genAi.requestTemperature, numberOf],
  ["top_p", genAi.requestTopP, numberOf],
  ["topP", genAi.requestTopP, numberOf],
  ["top_k", genAi.requestTopK, numberOf],
  ["topK", genAi.requestTopK, numberOf],
  ["frequency_penalty", genAi.requestFrequencyPenalty, numberOf],
  ["presence_penalty", genAi.requestPresencePenalty, numberOf],
  ["seed", genAi.requestSeed, numberOf],
  ["ls_stop", genAi.requestStopSequences, texts],
  ["stop", genAi.requestStopSequences, texts],
  ["stop_sequences", genAi.requestStopSequences, texts],
];

/** What `model` is asked by these messages (`BaseMessage`s) with these call options. */
export function readRequest(
  model: unknown,
  messages: readonly unknown[],
  options: Fields,
): Omit<ModelRequest, "operation"> {
  const tracing = fieldsOf(callMethod(model, "getLsParams", options));
  const params = fieldsOf(callMethod(model, "invocationParams", options));
  const nested = { ...fieldsOf(params["inferenceConfig"]), ...fieldsOf(params["generationConfig"]) };
  return {
    model: textOf(tracing["ls_model_name"]) ?? textOf(params["model"]) ?? textOf(fieldsOf(model)["model"]),
    attributes: {
      ...providerOf(model, textOf(tracing["ls_provider"])),
      ...readParameters(parameters, { ...tracing, ...nested, ...params }),
    },
    input: messages.map(toMessage),
    toolDefinitions: toToolDefinitions(params["tools"] ?? options["tools"] ?? toolConfigOf(params)),
  };
}

const toolConfigOf = (params: Fields): readonly unknown[] => listOf(fieldsOf(params["toolConfig"])["tools"]);

/** The conventions' names of LangChain's providers, where they differ. */
const providers = new Map([
  ["azure", "azure.ai.openai"],
  ["amazon_bedrock", "aws.bedrock"],
  ["google_genai", "gcp.gemini"],
  ["google_vertexai", "gcp.vertex_ai"],
  ["google-vertexai", "gcp.vertex_ai"],
  ["mistral", "mistral_ai"],
  ["mistralai", "mistral_ai"],
  ["xai", "x_ai"],
]);

/** OpenAI's client is many providers': its base URL tells. */
function providerOf(model: unknown, provider: string | undefined): Attributes {
  if (provider === "openai") return providerAttributes(fieldsOf(fieldsOf(model)["clientConfig"]));
  return provider === undefined ? {} : { [genAi.providerName]: providers.get(provider) ?? provider.toLowerCase() };
}
