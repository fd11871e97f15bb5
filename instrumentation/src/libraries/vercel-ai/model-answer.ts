import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { toolCallPart } from "../parts.ts";
import { toAnswerParts, toParts } from "./prompt-messages.ts";
import { usageAttributes } from "./usage-attributes.ts";

/** Reads what `doGenerate` resolves to, of version 1 to 4 of the language model specification. */
export function readModelAnswer(value: unknown): ModelAnswer {
  const result = fieldsOf(value);
  const response = fieldsOf(result["response"]);
  const reason = finishReasonOf(result["finishReason"]);
  const finished = reason === undefined ? {} : { finish_reason: reason };
  return {
    attributes: withoutUndefined({
      [genAi.responseId]: textOf(response["id"]),
      [genAi.responseModel]: textOf(response["modelId"]),
      [genAi.responseFinishReasons]: reason === undefined ? undefined : [reason],
      ...usageAttributes(result),
    }),
    output: [{ role: "assistant", parts: partsOf(result), ...finished }],
  };
}

/** Version 1 has a field for each kind of content. */
function partsOf(result: Fields): readonly Part[] {
  if (Array.isArray(result["content"])) return toAnswerParts(result["content"]);
  const { reasoning, text, toolCalls } = result;
  return [
    ...toParts(reasoning).map((part): Part => (part.type === "text" ? { ...part, type: "reasoning" } : part)),
    ...toParts(text),
    ...listOf(toolCalls).map((call) => {
      const { toolCallId, toolName, args } = fieldsOf(call);
      return toolCallPart(toolCallId, toolName, args);
    }),
  ];
}

/** A word, since version 3 with the provider's own beside it; the conventions write `tool_calls` for `tool-calls`. */
function finishReasonOf(value: unknown): string | undefined {
  const reason = textOf(value) ?? textOf(fieldsOf(value)["unified"]);
  return reason?.replaceAll("-", "_");
}
