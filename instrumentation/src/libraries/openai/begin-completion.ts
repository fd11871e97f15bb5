import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Message } from "../../message.ts";
import { observeModelCall, type StreamReader } from "../observed-call.ts";
import { texts } from "../parameters.ts";
import type { Begin } from "../stainless/patch-create.ts";
import { readChatCompletion } from "./chat-answer.ts";
import { createChatStreamReader } from "./chat-stream.ts";
import { providerAttributes } from "./provider-of.ts";
import { requestAttributes } from "./request-attributes.ts";

/** Begins a model call from the body of `completions.create`, where a model only continues a text. */
export const beginCompletion: Begin = (tracing, client, body) =>
  observeModelCall(
    tracing,
    {
      operation: "text_completion",
      model: textOf(body["model"]),
      attributes: { ...providerAttributes(client), ...requestAttributes(body) },
      input: toPrompts(body["prompt"]),
    },
    (completion) => readChatCompletion(toChat(completion, "message")),
    createReader(),
  );

/** A text or several; token numbers are not recorded. */
function toPrompts(prompt: unknown): readonly Message[] {
  const prompts = listOf(texts(prompt));
  return prompts.flatMap((content) =>
    typeof content === "string" ? [{ role: "user", parts: [{ type: "text", content }] }] : [],
  );
}

function createReader(): StreamReader {
  const reader = createChatStreamReader();
  return { ...reader, add: (chunk) => reader.add(toChat(chunk, "delta")) };
}

/** The completion, or a chunk of one, as that of a chat, whose choices have their text one level deeper. */
function toChat(value: unknown, key: "message" | "delta"): Fields {
  const completion = fieldsOf(value);
  const choices = listOf(completion["choices"]).map(fieldsOf);
  return { ...completion, choices: choices.map(({ text, ...choice }) => ({ ...choice, [key]: { content: text } })) };
}
