import { genAi } from "../../gen-ai.ts";
import { listOf, textOf } from "../../json.ts";
import { readChatCompletion } from "./chat-answer.ts";
import { toMessage } from "./chat-messages.ts";
import { createChatStreamReader } from "./chat-stream.ts";
import { observeModelCall } from "../observed-call.ts";
import type { Begin } from "../stainless/patch-create.ts";
import { providerAttributes } from "./provider-of.ts";
import { requestAttributes } from "./request-attributes.ts";
import { toToolDefinitions } from "./tool-definitions.ts";

/** Begins a model call from the body of `chat.completions.create`. */
export const beginChatCompletion: Begin = (tracing, client, body) =>
  observeModelCall(
    tracing,
    {
      operation: "chat",
      model: textOf(body["model"]),
      attributes: {
        ...providerAttributes(client),
        ...requestAttributes(body),
        [genAi.openaiApiType]: "chat_completions",
      },
      input: listOf(body["messages"]).map(toMessage),
      toolDefinitions: toToolDefinitions(body["tools"]),
    },
    readChatCompletion,
    createChatStreamReader(),
  );
