import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { ModelRequest } from "../../model-call.ts";
import type { Tracing } from "../../tracing.ts";
import { type ObservedCall, observeModelCall } from "../observed-call.ts";
import { type Parameter, readParameters, samplingParameters } from "../parameters.ts";
import { readModelAnswer } from "./model-answer.ts";
import { createModelStreamReader } from "./model-stream.ts";

/** Settings of a call by their names in all versions. */
const parameters: readonly Parameter[] = [
  ["maxTokens", genAi.requestMaxTokens, numberOf],
  ["maxOutputTokens", genAi.requestMaxTokens, numberOf],
  ...samplingParameters,
];

/** What differs between a model that is called and a call that is reported. */
export type Asked = Pick<ModelRequest, "model" | "attributes" | "input" | "systemInstructions">;

/** Begins a model call from a language model's call options, or from an event that holds the same settings. */
export function beginModelCall(tracing: Tracing, asked: Asked, options: Fields): ObservedCall {
  const { mode } = options;
  const { tools = options["tools"], tool } = fieldsOf(mode);
  const definitions = [...listOf(tools), ...(tool === undefined ? [] : [tool])];
  const format = textOf(fieldsOf(options["responseFormat"])["type"]) ?? textOf(fieldsOf(mode)["type"]);
  return observeModelCall(
    tracing,
    {
      ...asked,
      operation: "chat",
      attributes: {
        ...asked.attributes,
        ...readParameters(parameters, options),
        ...(format !== undefined &&
          format !== "regular" && { [genAi.outputType]: format === "text" ? format : "json" }),
      },
      toolDefinitions: definitions.map(toToolDefinition),
    },
    readModelAnswer,
    createModelStreamReader(),
  );
}

/** Functions of the application; tools of the provider stay as they are. */
function toToolDefinition(definition: unknown): unknown {
  const { type, name, description, inputSchema, parameters: schema } = fieldsOf(definition);
  return type === "function" ? { type, name, description, parameters: inputSchema ?? schema } : definition;
}
