import { member } from "../../json.ts";
import type { Library } from "../library.ts";
import { ownerOf } from "../patch-method.ts";
import { patchSend } from "./patch-send.ts";

/**
 * AWS Bedrock's client: `Converse` and `InvokeModel`, whole and streamed, sent as commands or by the methods of
 * `BedrockRuntime`, awaited or with a callback. What the client tries again is one call.
 */
export const bedrock: Library = {
  name: "@aws-sdk/client-bedrock-runtime",
  majors: [3],
  orderSensitiveMajors: [],
  // All of AWS's clients inherit `send`, and others patch it there, too (OpenTelemetry's aws-sdk instrumentation).
  patch: (moduleExports) =>
    patchSend(ownerOf(member(member(moduleExports, "BedrockRuntimeClient"), "prototype"), "send")),
};
