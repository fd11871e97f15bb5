import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { ModelRequest } from "../../model-call.ts";
import { observeModelCall } from "../observed-call.ts";
import { flag, type Parameter, readParameters, texts } from "../parameters.ts";
import { serverAttributes } from "../server-attributes.ts";
import type { Begin } from "../stainless/patch-create.ts";
import { readMessage } from "./message-answer.ts";
import { createMessageStreamReader } from "./message-stream.ts";
import { toMessages, toParts } from "./messages.ts";

const parameters: readonly Parameter[] = [
  ["stream", genAi.requestStream, flag],
  ["max_tokens", genAi.requestMaxTokens, numberOf],
  ["temperature", genAi.requestTemperature, numberOf],
  ["top_p", genAi.requestTopP, numberOf],
  ["top_k", genAi.requestTopK, numberOf],
  ["stop_sequences", genAi.requestStopSequences, texts],
];

/** Begins a model call from the body of `messages.create`. */
export const beginMessage: Begin = (tracing, client, body) => {
  const request = readMessageRequest(body);
  const attributes = {
    [genAi.providerName]: "anthropic",
    ...serverAttributes(client["baseURL"]),
    ...request.attributes,
  };
  return observeModelCall(
    tracing,
    { ...request, operation: "chat", model: textOf(body["model"]), attributes },
    readMessage,
    createMessageStreamReader(),
  );
};

/** What the body asks, whoever serves the model (AWS Bedrock takes the same one). */
export function readMessageRequest(body: Fields): Omit<ModelRequest, "operation" | "model"> {
  return {
    attributes: readParameters(parameters, body),
    input: listOf(body["messages"]).flatMap(toMessages),
    systemInstructions: toParts(body["system"]),
    toolDefinitions: listOf(body["tools"]).map(toToolDefinition),
  };
}

/** Tools of the application; those that Anthropic runs itself (`web_search_20250305`) stay as they are. */
function toToolDefinition(tool: unknown): unknown {
  const { name, description, input_schema: parameters } = fieldsOf(tool);
  return parameters === undefined ? tool : { type: "function", name, description, parameters };
}
