import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { ModelRequest } from "../../model-call.ts";
import type { Tracing } from "../../tracing.ts";
import { type ObservedCall, observeModelCall } from "../observed-call.ts";
import { type Parameter, readParameters, texts } from "../parameters.ts";
import { readConverse } from "./converse-answer.ts";
import { toMessages, toParts } from "./converse-messages.ts";
import { createConverseStreamReader } from "./converse-stream.ts";
import { commandAttributes } from "./command-attributes.ts";

const parameters: readonly Parameter[] = [
  ["maxTokens", genAi.requestMaxTokens, numberOf],
  ["max_new_tokens", genAi.requestMaxTokens, numberOf],
  ["temperature", genAi.requestTemperature, numberOf],
  ["topP", genAi.requestTopP, numberOf],
  ["topK", genAi.requestTopK, numberOf],
  ["top_k", genAi.requestTopK, numberOf],
  ["stopSequences", genAi.requestStopSequences, texts],
];

/** Begins a model call from the input of `Converse` or `ConverseStream`. */
export function beginConverse(tracing: Tracing, input: Fields, streamed: boolean): ObservedCall {
  const request = readConverseRequest(input);
  return observeModelCall(
    tracing,
    {
      ...request,
      operation: "chat",
      model: textOf(input["modelId"]),
      attributes: { ...commandAttributes(input, streamed), ...request.attributes },
    },
    readConverse,
    createConverseStreamReader(),
  );
}

/** What the input asks; Amazon's own models take the same one as the body of `InvokeModel`. */
export function readConverseRequest(input: Fields): Omit<ModelRequest, "operation" | "model"> {
  const inference = { ...fieldsOf(input["inferenceConfig"]), ...fieldsOf(input["additionalModelRequestFields"]) };
  return {
    attributes: readParameters(parameters, inference),
    input: listOf(input["messages"]).flatMap(toMessages),
    systemInstructions: toParts(input["system"]),
    toolDefinitions: listOf(fieldsOf(input["toolConfig"])["tools"]).flatMap(toToolDefinition),
  };
}

/** Tools of the application; those that AWS runs itself stay as they are, and marks for caching are no tools. */
function toToolDefinition(tool: unknown): readonly unknown[] {
  const { toolSpec, cachePoint } = fieldsOf(tool);
  const { name, description, inputSchema } = fieldsOf(toolSpec);
  if (toolSpec === undefined) return cachePoint === undefined ? [tool] : [];
  return [{ type: "function", name, description, parameters: fieldsOf(inputSchema)["json"] }];
}
