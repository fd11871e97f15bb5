/** Request parameters as attributes, for the readers of all libraries. */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { genAi } from "../gen-ai.ts";
import { type Fields, listOf, numberOf } from "../json.ts";

type Read = (value: unknown) => AttributeValue | undefined;

/** A parameter's name in the library's request, the attribute that says it, and how it is read. */
export type Parameter = readonly [parameter: string, attribute: string, read: Read];

export const flag: Read = (value) => (typeof value === "boolean" ? value : undefined);
export const texts: Read = (value) =>
  typeof value === "string" ? [value] : listOf(value).filter((item) => typeof item === "string");

/** What is absent or of another type is left out; of two parameters with one attribute the later one counts. */
export function readParameters(parameters: readonly Parameter[], request: Fields): Attributes {
  const attributes: Attributes = {};
  for (const [parameter, attribute, read] of parameters) {
    const value =
      request[parameter] === undefined || request[parameter] === null ? undefined : read(request[parameter]);
    if (value !== undefined) attributes[attribute] = value;
  }
  return attributes;
}

/** What most JavaScript APIs call alike. */
export const samplingParameters: readonly Parameter[] = [
  ["temperature", genAi.requestTemperature, numberOf],
  ["topP", genAi.requestTopP, numberOf],
  ["topK", genAi.requestTopK, numberOf],
  ["frequencyPenalty", genAi.requestFrequencyPenalty, numberOf],
  ["presencePenalty", genAi.requestPresencePenalty, numberOf],
  ["stopSequences", genAi.requestStopSequences, texts],
  ["seed", genAi.requestSeed, numberOf],
];
