import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, numberOf } from "../../json.ts";
import { flag, type Parameter, readParameters, texts } from "../parameters.ts";
import { serverAttributes } from "../server-attributes.ts";

const parameters: readonly Parameter[] = [
  ["stream", genAi.requestStream, flag],
  ["dimensions", genAi.embeddingsDimensionCount, numberOf],
  ["format", genAi.outputType, () => "json"],
];

const options: readonly Parameter[] = [
  ["num_predict", genAi.requestMaxTokens, numberOf],
  ["temperature", genAi.requestTemperature, numberOf],
  ["top_p", genAi.requestTopP, numberOf],
  ["top_k", genAi.requestTopK, numberOf],
  ["frequency_penalty", genAi.requestFrequencyPenalty, numberOf],
  ["presence_penalty", genAi.requestPresencePenalty, numberOf],
  ["stop", genAi.requestStopSequences, texts],
  ["seed", genAi.requestSeed, numberOf],
];

/** Provider, server and parameters of a request. */
export function requestAttributes(client: Fields, request: Fields): Attributes {
  return {
    [genAi.providerName]: "ollama",
    ...serverAttributes(fieldsOf(client["config"])["host"]),
    ...readParameters(parameters, request),
    ...readParameters(options, fieldsOf(request["options"])),
  };
}
