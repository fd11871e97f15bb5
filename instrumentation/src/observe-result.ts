/**
 * Tells `ok` or `fail` how a call ended without changing it: a plain value and a foreign thenable are handed through as
 * they are; a promise is replaced by one that settles the same way, so that a rejection nobody handles stays unhandled.
 */
export function observeResult<T>(result: T, ok: (value: unknown) => void, fail: (error: unknown) => void): T {
  if (!isThenable(result)) {
    ok(result);
    return result;
  }
  if (result instanceof Promise && result.constructor === Promise) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- T is a promise, and this one settles the same way
    return result.then(
      (value: unknown) => {
        ok(value);
        return value;
      },
      (error: unknown) => {
        fail(error);
        throw error;
      },
    ) as T;
  }
  result.then(ok, fail);
  return result;
}

interface Thenable {
  then(ok: (value: unknown) => void, fail: (error: unknown) => void): unknown;
}

function isThenable(value: unknown): value is Thenable {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
