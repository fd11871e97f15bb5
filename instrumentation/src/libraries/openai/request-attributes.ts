import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, numberOf, textOf } from "../../json.ts";
import { flag, type Parameter, readParameters, texts } from "../parameters.ts";

/** Request parameters of both APIs and the attributes that say them. */
const parameters: readonly Parameter[] = [
  ["stream", genAi.requestStream, flag],
  ["max_tokens", genAi.requestMaxTokens, numberOf],
  ["max_completion_tokens", genAi.requestMaxTokens, numberOf],
  ["max_output_tokens", genAi.requestMaxTokens, numberOf],
  ["temperature", genAi.requestTemperature, numberOf],
  ["top_p", genAi.requestTopP, numberOf],
  ["frequency_penalty", genAi.requestFrequencyPenalty, numberOf],
  ["presence_penalty", genAi.requestPresencePenalty, numberOf],
  ["stop", genAi.requestStopSequences, texts],
  ["seed", genAi.requestSeed, numberOf],
  ["previous_response_id", genAi.requestPreviousResponseId, textOf],
  ["service_tier", genAi.openaiRequestServiceTier, textOf],
];

/** The request's parameters as attributes; what is absent or of another type is left out. */
export function requestAttributes(body: Fields): Attributes {
  const attributes = readParameters(parameters, body);
  const choices = numberOf(body["n"]);
  if (choices !== undefined && choices !== 1) attributes[genAi.requestChoiceCount] = choices;
  const format =
    textOf(fieldsOf(body["response_format"])["type"]) ?? textOf(fieldsOf(fieldsOf(body["text"])["format"])["type"]);
  if (format !== undefined) attributes[genAi.outputType] = format === "text" ? "text" : "json";
  return attributes;
}
