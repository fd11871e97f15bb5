import { now } from "../../clock.ts";
import { startModelCall } from "../../model-call.ts";
import { within } from "../../scope.ts";
import type { Begin } from "./begin.ts";
import { readGeneration } from "./read-generation.ts";
import { readResponseSpan } from "./read-response-span.ts";

/**
 * A model call. The client that the SDK asks the model with is recorded itself as a rule, and knows more of the call:
 * then it is recorded by that. Otherwise (a copy of the client, or a model, that is not ours) it is what the SDK tells.
 */
export const beginGeneration: Begin = ({ tracing, data, around, error }) => {
  const askedAt = now();
  let isRecorded = false;
  const onModelCall = (): void => {
    isRecorded = true;
    around.onModelCall?.();
  };
  const record = (): void => {
    if (isRecorded) return;
    isRecorded = true;
    const { request, answer } = data["type"] === "response" ? readResponseSpan(data) : readGeneration(data);
    const failure = error();
    within(around, () => {
      const call = startModelCall(tracing, { ...request, askedAt }, () => answer);
      if (failure === undefined) call.answer(answer);
      else call.fail(failure, answer);
    });
  };
  return { scope: { ...around, onModelCall }, end: record };
};
