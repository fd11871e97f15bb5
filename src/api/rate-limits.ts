/**
 * How often somebody may ask, told in the headers RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10).
 * Counted by the socket's address, never by what a header says of it.
 */
import type { Request, RequestHandler } from "express";
import { ipKeyGenerator, MemoryStore, type Options, rateLimit } from "express-rate-limit";
import type { AccountRates } from "../component/accounts.ts";
import type { Caller } from "../component/extension.ts";
import { parseEmail } from "../model/account.ts";
import { ApiError } from "./api-error.ts";

const WINDOW_MS = 60_000;

export interface RateLimits {
  /** For routes that take a password, before the body is read: by address. */
  readonly byAddress: RequestHandler;
  /** For the same, when the body is there: by its e-mail, counting wrong passwords. */
  readonly byEmail: RequestHandler;
  /** For everything that an account asks. A caller without one is not counted. */
  readonly byAccount: RequestHandler;
}

export interface RateLimitsOptions {
  readonly rates: AccountRates;
  readonly callerOf: (request: Request) => Caller | undefined;
  /** Ends the counting. */
  readonly stopping?: AbortSignal | undefined;
}

export function createRateLimits({ rates, callerOf, stopping }: RateLimitsOptions): RateLimits {
  const limiter = (identifier: string, limit: number, options: Pick<Options, "keyGenerator"> & Partial<Options>) => {
    const store = new MemoryStore();
    stopping?.addEventListener("abort", () => store.shutdown(), { once: true });
    return rateLimit({ ...shared, identifier, limit, store, ...options });
  };
  const accountOf = (request: Request): string | undefined => callerOf(request)?.account?.id;
  return {
    byAddress: limiter("address", rates.loginsPerAddress, {
      keyGenerator: ({ socket }) => ipKeyGenerator(socket.remoteAddress ?? ""),
    }),
    byEmail: limiter("email", rates.failedLoginsPerEmail, {
      keyGenerator: (request) => emailIn(request) ?? "",
      skip: (request) => emailIn(request) === undefined,
      skipSuccessfulRequests: true,
      requestWasSuccessful: (_request, { statusCode }) => statusCode !== 401,
    }),
    byAccount: limiter("account", rates.perAccount, {
      keyGenerator: (request) => accountOf(request) ?? "",
      skip: (request) => accountOf(request) === undefined,
    }),
  };
}

/** Not validated yet: what is no e-mail is refused later. */
function emailIn(request: Request): string | undefined {
  const body: unknown = request.body;
  const given: unknown = typeof body === "object" && body !== null && "email" in body ? body.email : undefined;
  return typeof given === "string" ? parseEmail(given) : undefined;
}

const shared: Partial<Options> = {
  windowMs: WINDOW_MS,
  standardHeaders: "draft-8",
  legacyHeaders: false,
  // What it would look for are mistakes in express's settings, of which it would tell the console.
  validate: false,
  handler(_request, _response, next) {
    next(new ApiError(429, "rate_limited", "too many requests; retry-after says in how many seconds to go on"));
  },
};
