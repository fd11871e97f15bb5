import { type Fields, fieldsOf } from "../../json.ts";
import { safely } from "../../safely.ts";
import { currentTracing, type Tracing } from "../../tracing.ts";
import { observeApiPromise } from "./observe-api-promise.ts";
import type { ObservedCall } from "./observed-call.ts";

/** Reads a request and begins its model call; `client` is the OpenAI client it goes through. */
export type Begin = (tracing: Tracing, client: Fields, body: Fields) => ObservedCall;

type Create = (this: unknown, ...args: unknown[]) => unknown;

const patched = Symbol.for("turnwise.patched");

/** Replaces `prototype.create` by one that does the same and is observed. Returns whether it is patched now. */
export function patchCreate(prototype: unknown, begin: Begin): boolean {
  if (typeof prototype !== "object" || prototype === null || !hasCreate(prototype)) return false;
  const original = prototype.create;
  if (patched in original) return true;

  function create(this: unknown, ...args: unknown[]): unknown {
    const tracing = currentTracing();
    const client = fieldsOf(fieldsOf(this)["_client"]);
    const call = tracing && safely(() => begin(tracing, client, fieldsOf(args[0])));
    return call === undefined ? original.apply(this, args) : observe(call, () => original.apply(this, args));
  }
  const properties = { ...Object.getOwnPropertyDescriptors(original), [patched]: { value: true } };
  prototype.create = Object.defineProperties(create, properties);
  return true;
}

function observe(call: ObservedCall, request: () => unknown): unknown {
  try {
    return observeApiPromise(call.run(request), call);
  } catch (error) {
    call.fail(error);
    throw error;
  }
}

function hasCreate(prototype: object): prototype is { create: Create } {
  return "create" in prototype && typeof prototype.create === "function";
}
