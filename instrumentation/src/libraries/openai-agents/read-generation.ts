import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { Message } from "../../message.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { readChatCompletion } from "../openai/chat-answer.ts";
import { toMessage as fromChat } from "../openai/chat-messages.ts";
import { providerAttributes } from "../openai/provider-of.ts";
import { requestAttributes } from "../openai/request-attributes.ts";
import { toMessages } from "../openai/response-items.ts";
import { toMessage as fromAiSdk } from "../vercel-ai/prompt-messages.ts";
import { providerNameAttribute } from "../vercel-ai/provider-of.ts";
import type { ToldModelCall } from "./told-model-call.ts";
import { toResponseItem } from "./to-response-item.ts";

/** Reads a `generation` span: of chat completions, of an AI SDK model, or of a model class of the application. */
export function readGeneration(data: Fields): ToldModelCall {
  const config = fieldsOf(data["model_config"]);
  const aiSdkProvider = textOf(config["provider"]);
  const model = textOf(data["model"]);
  return {
    request: {
      operation: "chat",
      model: aiSdkProvider === undefined ? model : model?.replace(`${aiSdkProvider}:`, ""),
      attributes: { ...providerOf(data, config), ...requestAttributes(config) },
      input: readInput(listOf(data["input"]), aiSdkProvider !== undefined),
    },
    answer: readAnswer(data),
  };
}

const completionIn = (data: Fields): unknown =>
  listOf(data["output"]).find((item) => Array.isArray(fieldsOf(item)["choices"]));

function providerOf(data: Fields, config: Fields): Attributes {
  if (config["provider"] !== undefined) return providerNameAttribute(config["provider"]);
  return completionIn(data) === undefined ? {} : providerAttributes({ baseURL: config["base_url"] });
}

/** Messages of chat completions are told from the SDK's items by having no type. */
function readInput(input: readonly unknown[], isAiSdk: boolean): readonly Message[] {
  if (isAiSdk) return input.map(fromAiSdk);
  const isChat = input.every((item) => fieldsOf(item)["type"] === undefined);
  return isChat ? input.map(fromChat) : toMessages(input.map(toResponseItem));
}

function readAnswer(data: Fields): ModelAnswer {
  const completion = completionIn(data);
  if (completion !== undefined) return readChatCompletion(completion);
  const usage = fieldsOf(data["usage"]);
  return {
    attributes: withoutUndefined({
      [genAi.usageInputTokens]: numberOf(usage["input_tokens"]),
      [genAi.usageOutputTokens]: numberOf(usage["output_tokens"]),
    }),
    output: toMessages(listOf(data["output"]).map(toResponseItem)),
  };
}
