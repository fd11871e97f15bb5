import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, numberOf, textOf } from "../../json.ts";
import type { Message, Part } from "../../message.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { textParts, toMessage } from "./messages.ts";

/** Reads an answer of `chat`. */
export function readChat(value: unknown): ModelAnswer {
  const answer = fieldsOf(value);
  return readAnswer(answer, toMessage(answer["message"]).parts);
}

/** Reads an answer of `generate`. */
export function readGenerate(value: unknown): ModelAnswer {
  const answer = fieldsOf(value);
  return readAnswer(answer, [...textParts("reasoning", answer["thinking"]), ...textParts("text", answer["response"])]);
}

function readAnswer(answer: Fields, parts: readonly Part[]): ModelAnswer {
  const reason = textOf(answer["done_reason"]);
  const message: Message = { role: "assistant", parts, ...(reason !== undefined && { finish_reason: reason }) };
  return {
    attributes: withoutUndefined({
      [genAi.responseModel]: textOf(answer["model"]),
      [genAi.responseFinishReasons]: reason === undefined ? undefined : [reason],
      ...usageAttributes(answer),
    }),
    output: [message],
  };
}

/** What an answer counts; embeddings have no output. */
export function usageAttributes(answer: Fields): Attributes {
  return {
    [genAi.usageInputTokens]: numberOf(answer["prompt_eval_count"]),
    [genAi.usageOutputTokens]: numberOf(answer["eval_count"]),
  };
}
