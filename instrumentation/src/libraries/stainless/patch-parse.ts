import { member } from "../../json.ts";
import { safely } from "../../safely.ts";
import { inPlaceOf, isInPlace } from "../in-place-of.ts";
import { takeUnparsed } from "./observe-api-promise.ts";
import { observeStream } from "./observe-stream.ts";

type Parse = (this: { readonly responsePromise: Promise<unknown> }) => Promise<unknown>;

/**
 * Anthropic's message threads take a call's response and parse it in an `APIPromise` of their own, past the one that is
 * observed. So every parse of the class asks whether its response belongs to such a call. Does nothing without the class.
 */
export function patchParse(apiPromise: unknown): void {
  const prototype = member(apiPromise, "prototype");
  const original = member(prototype, "parse");
  if (typeof prototype !== "object" || prototype === null || !isParse(original) || isInPlace(original)) return;
  const parse: Parse = function () {
    let response: unknown;
    this.responsePromise.then(
      (arrived) => (response = arrived),
      () => undefined,
    );
    const parsed = original.call(this);
    // Before whoever asked for it gets it.
    parsed.then(
      (answer) => safely(() => observe(answer, response)),
      () => undefined,
    );
    return parsed;
  };
  Reflect.set(prototype, "parse", inPlaceOf(original, parse));
}

function observe(answer: unknown, response: unknown): void {
  const call = takeUnparsed(response);
  if (call !== undefined && !observeStream(answer, call)) call.answered(answer);
}

const isParse = (value: unknown): value is Parse => typeof value === "function";
