import { isFields } from "../../json.ts";
import { observeResult } from "../../observe-result.ts";
import { inPlaceOf } from "../in-place-of.ts";
import { observeStream } from "./observe-stream.ts";
import type { ObservedCall } from "../observed-call.ts";

/** The parts of the client's `APIPromise` that its methods build on, alike in versions 4 to 7. */
interface ApiPromise {
  responsePromise: Promise<unknown>;
  parseResponse: (this: unknown, ...args: unknown[]) => unknown;
  asResponse: (this: unknown) => Promise<unknown>;
}

/** Calls whose response has arrived and whose promise was not asked to parse it. */
const unparsed = new WeakMap<object, ObservedCall>();

/** Takes the call whose response this is, if nobody else observes how it is parsed. */
export function takeUnparsed(response: unknown): ObservedCall | undefined {
  if (!isFields(response)) return undefined;
  const call = unparsed.get(response);
  unparsed.delete(response);
  return call;
}

/**
 * Observes the promise from the inside and hands it back: the very same object, so that `withResponse`, `asResponse`,
 * lazy parsing and everything derived from it work as before. A wrapped client's other promises are observed from outside.
 */
export function observeApiPromise(promise: unknown, call: ObservedCall): unknown {
  if (!isApiPromise(promise)) return observeResult(promise, call.answered, call.fail);
  let rawWanted = false;
  let parsing = false;

  promise.responsePromise = promise.responsePromise.then(
    (response) => {
      if (isFields(response)) unparsed.set(response, call);
      // Whoever also wants the parsed answer has asked for it before the next round of the event loop.
      if (rawWanted) setImmediate(() => !parsing && call.answeredRaw());
      return response;
    },
    (error: unknown) => {
      call.fail(error);
      throw error;
    },
  );
  const { parseResponse, asResponse } = promise;
  const observedParse = async (...args: unknown[]): Promise<unknown> => {
    parsing = true;
    takeUnparsed(args.at(-1));
    try {
      const answer = await parseResponse.apply(promise, args);
      if (!observeStream(answer, call)) call.answered(answer);
      return answer;
    } catch (error) {
      call.fail(error);
      throw error;
    }
  };
  promise.parseResponse = inPlaceOf(parseResponse, observedParse);
  const observedAsResponse = (): Promise<unknown> => {
    rawWanted = true;
    return asResponse.call(promise);
  };
  const value = inPlaceOf(asResponse, observedAsResponse);
  Object.defineProperty(promise, "asResponse", { value, writable: true, configurable: true });
  return promise;
}

function isApiPromise(value: unknown): value is ApiPromise {
  return (
    isFields(value) &&
    value["responsePromise"] instanceof Promise &&
    typeof value["parseResponse"] === "function" &&
    typeof value["asResponse"] === "function" &&
    !Object.isFrozen(value)
  );
}
