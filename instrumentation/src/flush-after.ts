import { flush, openCallsEnded } from "./flush.ts";
import { member } from "./json.ts";
import { observeResult } from "./observe-result.ts";
import { safely } from "./safely.ts";

type WaitUntil = (promise: Promise<unknown>) => void;

/** Platforms end what they wait for after this time, or later. */
const longestStreamMs = 30_000;

/**
 * For functions that a platform freezes when they have answered. The handler as it is, after which everything recorded is
 * delivered: with the platform's `waitUntil` where there is one (an argument's, as on Cloudflare, Netlify and in Next.js,
 * or Vercel's), so that the answer does not wait for it; else, as on AWS Lambda, before the promise of the answer settles.
 * That takes `timeoutMs` at most (default 2000).
 */
export function flushAfter<F extends (...args: never[]) => unknown>(handler: F, timeoutMs = 2000): F {
  function flushed(this: unknown, ...args: Parameters<F>): unknown {
    const waitUntil = waitUntilIn(args) ?? vercelWaitUntil();
    if (waitUntil === undefined) return flushedFirst(() => handler.apply(this, args), timeoutMs);
    const after = (): void => {
      safely(() => waitUntil(openCallsEnded(longestStreamMs).then(async () => flush(timeoutMs))));
    };
    try {
      return observeResult(handler.apply(this, args), after, after);
    } catch (error) {
      after();
      throw error;
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it takes what the handler takes and returns what it returns
  return Object.defineProperties(flushed, Object.getOwnPropertyDescriptors(handler)) as unknown as F;
}

/** Nobody can wait for a delivery after a result that is no promise. */
function flushedFirst(call: () => unknown, timeoutMs: number): unknown {
  const result = call();
  if (result instanceof Promise) return settledAfterFlush(result, timeoutMs);
  void flush(timeoutMs);
  return result;
}

async function settledAfterFlush(result: Promise<unknown>, timeoutMs: number): Promise<unknown> {
  try {
    return await result;
  } finally {
    await flush(timeoutMs);
  }
}

/** Of the platform's context among the arguments. */
function waitUntilIn(args: readonly unknown[]): WaitUntil | undefined {
  return args.map(waitUntilOf).find((waitUntil) => waitUntil !== undefined);
}

/** Where `waitUntil` of `@vercel/functions` finds it, too. */
function vercelWaitUntil(): WaitUntil | undefined {
  const source = member(globalThis, Symbol.for("@vercel/request-context"));
  const get = member(source, "get");
  return typeof get === "function" ? waitUntilOf(Reflect.apply(get, source, [])) : undefined;
}

function waitUntilOf(context: unknown): WaitUntil | undefined {
  const waitUntil = member(context, "waitUntil");
  return typeof waitUntil === "function" ? (promise) => void Reflect.apply(waitUntil, context, [promise]) : undefined;
}
