import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, textOf } from "../../json.ts";
import { currentScope } from "../../scope.ts";
import { toParts } from "./content-parts.ts";
import { observeModelCall } from "../observed-call.ts";
import type { Begin } from "../stainless/patch-create.ts";
import { providerAttributes } from "./provider-of.ts";
import { requestAttributes } from "./request-attributes.ts";
import { readResponse } from "./response-answer.ts";
import { toMessages } from "./response-items.ts";
import { createResponseStreamReader } from "./response-stream.ts";
import { toToolDefinitions } from "./tool-definitions.ts";

/** Begins a model call from the body of `responses.create`. */
export const beginResponse: Begin = (tracing, client, body) =>
  observeModelCall(
    tracing,
    {
      operation: "chat",
      model: textOf(body["model"]),
      attributes: {
        ...providerAttributes(client),
        ...requestAttributes(body),
        ...conversationAttributes(body),
        [genAi.openaiApiType]: "responses",
      },
      input: toMessages(body["input"]),
      systemInstructions: toParts(body["instructions"]),
      toolDefinitions: toToolDefinitions(body["tools"]),
    },
    readResponse,
    createResponseStreamReader(),
  );

/** A conversation that the provider keeps is the session, unless the application named one. */
function conversationAttributes(body: Fields): Record<string, string> {
  const id = textOf(body["conversation"]) ?? textOf(fieldsOf(body["conversation"])["id"]);
  return id === undefined || currentScope().conversationId !== undefined ? {} : { [genAi.conversationId]: id };
}
