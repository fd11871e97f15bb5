import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, numberOf, textOf } from "../../json.ts";
import { type Parameter, readParameters, samplingParameters } from "../parameters.ts";
import { serverAttributes } from "../server-attributes.ts";

/** Which of Google's two services a client talks to, and where. */
export function serviceAttributes(models: Fields): Attributes {
  const { vertexai, httpOptions } = fieldsOf(fieldsOf(models["apiClient"])["clientOptions"]);
  return {
    [genAi.providerName]: vertexai === true ? "gcp.vertex_ai" : "gcp.gemini",
    ...serverAttributes(fieldsOf(httpOptions)["baseUrl"]),
  };
}

const parameters: readonly Parameter[] = [
  ["maxOutputTokens", genAi.requestMaxTokens, numberOf],
  ...samplingParameters,
  ["candidateCount", genAi.requestChoiceCount, (value) => (value === 1 ? undefined : numberOf(value))],
  ["responseMimeType", genAi.outputType, toOutputType],
];

/** The parameters in a request's `config`. */
export const configAttributes = (config: Fields): Attributes => readParameters(parameters, config);

function toOutputType(mimeType: unknown): string | undefined {
  if (mimeType === "application/json") return "json";
  return textOf(mimeType)?.startsWith("text/") === true ? "text" : undefined;
}
