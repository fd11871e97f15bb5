import type { Attributes } from "@opentelemetry/api";
import { genAi } from "../../gen-ai.ts";
import { type Fields, fieldsOf, listOf, member, textOf } from "../../json.ts";
import { observeResult } from "../../observe-result.ts";
import type { Tracing } from "../../tracing.ts";
import type { ObservedCall } from "../observed-call.ts";
import { type BeginCall, ownerOf, patchMethod } from "../patch-method.ts";
import { beginModelCall } from "./begin-model-call.ts";
import { allowedTracing } from "./call-settings.ts";
import { endOnAbort } from "./end-on-abort.ts";
import { observeReadable } from "./observe-readable.ts";
import { toMessage } from "./prompt-messages.ts";
import { providerAttributes } from "./provider-of.ts";
import { throwRefusal } from "./refusal.ts";

/**
 * Patches a language model (specification version 1 to 4) where its methods are: in its class, which all models of a
 * provider share, or in the model itself. Returns whether it is patched now.
 */
export function patchModel(model: unknown): boolean {
  const generates = patchMethod(ownerOf(model, "doGenerate"), "doGenerate", beginGenerate, (result, call) =>
    observeResult(result, call.answered, call.fail),
  );
  const streams = patchMethod(ownerOf(model, "doStream"), "doStream", beginStream, (result, call) =>
    observeResult(
      result,
      (value) => {
        if (!observeReadable(member(value, "stream"), call)) call.answered(value);
      },
      call.fail,
    ),
  );
  return generates && streams;
}

const beginGenerate: BeginCall = (tracing, self, [options]) => begin(tracing, fieldsOf(self), fieldsOf(options), {});

const beginStream: BeginCall = (tracing, self, [options]) =>
  begin(tracing, fieldsOf(self), fieldsOf(options), { [genAi.requestStream]: true });

function begin(tracing: Tracing, model: Fields, options: Fields, attributes: Attributes): ObservedCall | undefined {
  throwRefusal();
  const allowed = isOptedOut(options) ? undefined : allowedTracing(tracing);
  if (allowed === undefined) return undefined;
  const asked = {
    model: textOf(model["modelId"]),
    attributes: { ...providerAttributes(model), ...attributes },
    input: listOf(options["prompt"]).map(toMessage),
  };
  return endOnAbort(beginModelCall(allowed, asked, options), options["abortSignal"]);
}

/**
 * Version 7 tells its tracing channel of each call, so one that reaches a model past it was made with `isEnabled: false`;
 * or by `generateObject`, which does not tell, but asks for JSON.
 */
function isOptedOut(options: Fields): boolean {
  const caller = textOf(fieldsOf(options["headers"])["user-agent"]) ?? "";
  return /\bai\/7\./.test(caller) && fieldsOf(options["responseFormat"])["type"] !== "json";
}
