import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";

type Read = (value: unknown) => AttributeValue | undefined;

const flag: Read = (value) => (typeof value === "boolean" ? value : undefined);
const texts: Read = (value) =>
  typeof value === "string" ? [value] : listOf(value).filter((item) => typeof item === "string");

/** Request parameters of both APIs and the attributes that say them. */
const parameters: readonly (readonly [parameter: string, attribute: string, read: Read])[] = [
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
  const attributes: Attributes = {};
  for (const [parameter, attribute, read] of parameters) {
    const value = body[parameter] === undefined || body[parameter] === null ? undefined : read(body[parameter]);
    if (value !== undefined) attributes[attribute] = value;
  }
  const choices = numberOf(body["n"]);
  if (choices !== undefined && choices !== 1) attributes[genAi.requestChoiceCount] = choices;
  const format =
    textOf(fieldsOf(body["response_format"])["type"]) ?? textOf(fieldsOf(fieldsOf(body["text"])["format"])["type"]);
  if (format !== undefined) attributes[genAi.outputType] = format === "text" ? "text" : "json";
  return attributes;
}
