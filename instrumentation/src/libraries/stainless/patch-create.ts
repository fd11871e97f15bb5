import { type Fields, fieldsOf } from "../../json.ts";
import type { Tracing } from "../../tracing.ts";
import type { ObservedCall } from "../observed-call.ts";
import { patchMethod } from "../patch-method.ts";
import { observeApiPromise } from "./observe-api-promise.ts";

/** Reads a request and begins its model call; `client` is the client it goes through. */
export type Begin = (tracing: Tracing, client: Fields, body: Fields) => ObservedCall;

/**
 * Replaces `prototype.create` of a client that Stainless generated (OpenAI's, Anthropic's) by one that does the same and
 * is observed. Returns whether it is patched now.
 */
export function patchCreate(prototype: unknown, begin: Begin): boolean {
  return patchMethod(
    prototype,
    "create",
    (tracing, resource, [body]) => begin(tracing, fieldsOf(fieldsOf(resource)["_client"]), fieldsOf(body)),
    observeApiPromise,
  );
}
