import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { ModelAnswer, ModelRequest } from "../../model-call.ts";
import { observeModelCall } from "../observed-call.ts";
import type { BeginCall } from "../patch-method.ts";
import { createAnswerStreamReader } from "./answer-stream.ts";
import { readChat, readGenerate, usageAttributes } from "./answer.ts";
import { imageParts, textParts, toMessage } from "./messages.ts";
import { requestAttributes } from "./request-attributes.ts";

/** Begins a model call from the endpoint and the body of `chat` or `generate`; other endpoints ask no model. */
export const beginRequest: BeginCall = (tracing, client, [endpoint, value]) => {
  const request = fieldsOf(value);
  const [asked, read] = endpoint === "chat" ? [chatOf(request), readChat] : [generateOf(request), readGenerate];
  // Without anything to answer it loads or unloads the model.
  if ((endpoint !== "chat" && endpoint !== "generate") || asked.input.length === 0) return undefined;
  const attributes = requestAttributes(fieldsOf(client), request);
  const model = textOf(request["model"]);
  return observeModelCall(tracing, { ...asked, model, attributes }, read, createAnswerStreamReader(read));
};

type Asked = Pick<ModelRequest, "operation" | "input" | "systemInstructions" | "toolDefinitions">;

function chatOf({ messages, tools }: Fields): Asked {
  return {
    operation: "chat",
    input: listOf(messages).map(toMessage),
    toolDefinitions: listOf(tools).map(toToolDefinition),
  };
}

function generateOf({ prompt, system, images }: Fields): Asked {
  const parts = [...textParts("text", prompt), ...imageParts(images)];
  return {
    operation: "text_completion",
    input: parts.length === 0 ? [] : [{ role: "user", parts }],
    systemInstructions: textParts("text", system),
  };
}

function toToolDefinition(tool: unknown): unknown {
  const { type, function: described } = fieldsOf(tool);
  return { type, ...fieldsOf(described) };
}

/** Begins a call of an embedding model. What is embedded is not recorded: it is nothing that was said. */
export const beginEmbed: BeginCall = (tracing, client, [value]) => {
  const request = fieldsOf(value);
  const attributes = requestAttributes(fieldsOf(client), request);
  return observeModelCall(
    tracing,
    { operation: "embeddings", model: textOf(request["model"]), attributes, input: [] },
    readEmbed,
  );
};

function readEmbed(answer: unknown): ModelAnswer {
  return { attributes: usageAttributes(fieldsOf(answer)), output: [] };
}
