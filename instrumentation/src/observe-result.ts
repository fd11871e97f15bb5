import { safely } from "./safely.ts";

type Ok = (value: unknown) => void;
type Fail = (error: unknown) => void;

/**
 * Tells `ok` or `fail` how a call ended without changing it. A plain value is handed through. A promise is replaced by one
 * that settles the same way, so that a rejection nobody handles stays unhandled. Any other thenable stays the same object
 * and is not asked: many do their work only when, and as often as, somebody asks (a query builder's), so it is their answer
 * to the application that tells. Who never asks, or is not asked by `then`, has ended when it can no longer be reached.
 */
export function observeResult<T>(result: T, ok: Ok, fail: Fail): T {
  const thenable = safely(() => (isThenable(result) ? result : undefined));
  if (thenable === undefined) {
    safely(() => ok(result));
    return result;
  }
  if (result instanceof Promise && result.constructor === Promise && !Object.hasOwn(result, "then")) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- T is a promise, and this one settles the same way
    return result.then(...observed(undefined, undefined, ok, fail)) as T;
  }
  const isObserved = safely(() => observeThen(thenable, ok, fail));
  if (isObserved !== true) safely(() => ok(undefined));
  return result;
}

const unreachable = new FinalizationRegistry<Ok>((ok) => ok(undefined));

/** Returns false if it cannot be observed. */
function observeThen(thenable: Thenable, ok: Ok, fail: Fail): boolean {
  const { then } = thenable;
  const value: Then = (onOk, onFail) => then.call(thenable, ...observed(onOk, onFail, ok, fail));
  unreachable.register(thenable, ok);
  // oxlint-disable-next-line unicorn/no-thenable -- it has one
  return Reflect.defineProperty(thenable, "then", { value, writable: true, configurable: true });
}

/** The caller's handlers, before which ours are told; where the caller has none, what there is is passed on. */
function observed(onOk: unknown, onFail: unknown, ok: Ok, fail: Fail): [(value: unknown) => unknown, Ok] {
  return [
    (value) => {
      safely(() => ok(value));
      return isHandler(onOk) ? onOk(value) : value;
    },
    (error) => {
      safely(() => fail(error));
      if (isHandler(onFail)) return onFail(error);
      throw error;
    },
  ];
}

type Handler = (outcome: unknown) => unknown;
const isHandler = (value: unknown): value is Handler => typeof value === "function";

type Then = (this: unknown, onOk?: unknown, onFail?: unknown) => unknown;
interface Thenable {
  then: Then;
}

function isThenable(value: unknown): value is Thenable {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
