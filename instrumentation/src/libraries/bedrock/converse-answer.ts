import { genAi } from "../../gen-ai.ts";
import { fieldsOf, textOf } from "../../json.ts";
import type { ModelAnswer } from "../../model-call.ts";
import { withoutUndefined } from "../../without-undefined.ts";
import { toAnswerParts } from "./converse-messages.ts";
import { usageAttributes } from "./usage-attributes.ts";

/** Reads the output of `Converse`. */
export function readConverse(value: unknown): ModelAnswer {
  const { output, stopReason, usage, trace } = fieldsOf(value);
  const message = fieldsOf(fieldsOf(output)["message"]);
  const reason = textOf(stopReason);
  const finished = reason === undefined ? {} : { finish_reason: reason };
  return {
    attributes: withoutUndefined({
      [genAi.responseModel]: textOf(fieldsOf(fieldsOf(trace)["promptRouter"])["invokedModelId"]),
      [genAi.responseFinishReasons]: reason === undefined ? undefined : [reason],
      ...usageAttributes(usage),
    }),
    output: [{ role: "assistant", parts: toAnswerParts(message["content"]), ...finished }],
  };
}
