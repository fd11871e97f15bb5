/**
 * How often somebody may ask, told in the headers RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10).
 * Counted by the socket's address, never by what a header says of it.
 */
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { ipKeyGenerator, MemoryStore, type Options, rateLimit } from "express-rate-limit";
import { z } from "zod";
import type { AccountRates } from "../component/accounts.ts";
import { anyone, type Caller } from "../component/extension.ts";
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

export interface EvaluationLimitOptions {
  readonly perMinute: number;
  readonly callerOf: (request: Request) => Caller | undefined;
  /** False: everybody is anyone, and counted by address. */
  readonly knowsCallers: boolean;
  readonly stopping?: AbortSignal | undefined;
}

/**
 * For /v2: an account, else the project that a token is for, else an address. Told in the headers X-RateLimit-Limit, -Remaining
 * and -Reset (seconds), too. Source: VQ-19, as Valiqor documents its limits
 */
export function createEvaluationLimit(options: EvaluationLimitOptions): readonly RequestHandler[] {
  const { perMinute, callerOf, knowsCallers, stopping } = options;
  const store = new MemoryStore();
  stopping?.addEventListener("abort", () => store.shutdown(), { once: true });
  const count = rateLimit({
    ...shared,
    identifier: "evaluation",
    limit: perMinute,
    store,
    requestPropertyName,
    keyGenerator(request) {
      const caller = knowsCallers ? callerOf(request) : undefined;
      if (caller?.account !== undefined) return `account ${caller.account.id}`;
      if (caller !== undefined && caller !== anyone) return `project ${caller.project}`;
      return `address ${ipKeyGenerator(request.socket.remoteAddress ?? "")}`;
    },
    handler(request, response, next) {
      tellLimit(request, response);
      tooMany(request, response, next);
    },
  });
  const tell: RequestHandler = (request, response, next) => {
    tellLimit(request, response);
    next();
  };
  return [count, tell];
}

/** Where the counter leaves what it counted. */
const requestPropertyName = "evaluationRate";

function tellLimit(request: Request, response: Response): void {
  const counted: unknown = Reflect.get(request, requestPropertyName);
  const parsed = countedSchema.safeParse(counted);
  if (!parsed.success) return;
  const { limit, remaining, resetTime } = parsed.data;
  response.set({
    "x-ratelimit-limit": String(limit),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(secondsUntil(resetTime)),
  });
}

const countedSchema = z.object({ limit: z.number(), remaining: z.number(), resetTime: z.date() });
const secondsUntil = (time: Date): number => Math.max(0, Math.ceil((time.getTime() - Date.now()) / 1000));

/** Not validated yet: what is no e-mail is refused later. */
function emailIn(request: Request): string | undefined {
  const body: unknown = request.body;
  const given: unknown = typeof body === "object" && body !== null && "email" in body ? body.email : undefined;
  return typeof given === "string" ? parseEmail(given) : undefined;
}

const tooMany = (_request: Request, response: Response, next: NextFunction): void => {
  const seconds = Number(response.getHeader("retry-after")) || WINDOW_MS / 1000;
  const detail = "too many requests; retry-after says in how many seconds to go on";
  next(new ApiError(429, "rate_limited", detail, {}, { retry_after: seconds }));
};

const shared: Partial<Options> = {
  windowMs: WINDOW_MS,
  standardHeaders: "draft-8",
  legacyHeaders: false,
  // What it would look for are mistakes in express's settings, of which it would tell the console.
  validate: false,
  handler: tooMany,
};
