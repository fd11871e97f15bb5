import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import { toParts } from "../openai/content-parts.ts";
import { requestAttributes } from "../openai/request-attributes.ts";
import { readResponse } from "../openai/response-answer.ts";
import { toMessages } from "../openai/response-items.ts";
import { toToolDefinitions } from "../openai/tool-definitions.ts";
import type { ToldModelCall } from "./told-model-call.ts";
import { toResponseItem } from "./to-response-item.ts";

/** Reads a `response` span: the SDK's own items, and the response as it was on the wire, which repeats the request. */
export function readResponseSpan(data: Fields): ToldModelCall {
  const input = data["_input"];
  const response = fieldsOf(data["_response"]);
  return {
    request: {
      operation: "chat",
      model: textOf(response["model"]),
      attributes: {
        [genAi.providerName]: "openai",
        ...requestAttributes(response),
        [genAi.openaiApiType]: "responses",
      },
      input: toMessages(typeof input === "string" ? input : listOf(input).map(toResponseItem)),
      systemInstructions: toParts(response["instructions"]),
      toolDefinitions: toToolDefinitions(response["tools"]),
    },
    answer: readResponse(response),
  };
}
