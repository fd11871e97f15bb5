/** The REST API as an express app: settings, what guards every request, the routes, and what answers when none does. */
import type { IncomingMessage } from "node:http";
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import { createBodyPace } from "../component/body-pace.ts";
import type { Caller } from "../component/extension.ts";
import { createAdmit, hereWhileOpen } from "./admit.ts";
import { ApiError, toApiError, toErrorBody, toPublicError } from "./api-error.ts";
import { type EventStreamOptions, eventStreamDefaults } from "./event-stream.ts";
import { mountRoute, type Mounting } from "./mount-route.ts";
import { createEvaluationLimit, createRateLimits } from "./rate-limits.ts";
import { createReadJson, forgetBody, largeBodyPlaces, messageBytes, smallBodyPlaces, usualBytes } from "./read-json.ts";
import type { ApiContext } from "./route.ts";
import { routes } from "./routes.ts";
import { createTurnstile, type TurnstileOptions, turnstileDefaults } from "./turnstile.ts";

export interface ApiOptions extends ApiContext {
  readonly eventStreams?: Partial<EventStreamOptions>;
  readonly turnstile?: TurnstileOptions;
  /** Large bodies that are in hand at the same time, from their reading to their answer. */
  readonly largeBodies?: TurnstileOptions;
  /** Their bytes. */
  readonly smallBodies?: TurnstileOptions;
}

export function createApi({
  eventStreams,
  turnstile = turnstileDefaults,
  largeBodies = largeBodyPlaces,
  smallBodies = smallBodyPlaces,
  ...context
}: ApiOptions): Express {
  const app = express();
  app.enable("strict routing").enable("case sensitive routing").disable("x-powered-by").disable("etag");
  app.set("query parser", "simple");
  app.use(secureHeaders);
  // Who shows a key is nobody's browser: a page elsewhere cannot have it, whatever name it goes by.
  app.use(hereWhileOpen(context));
  const callers = new WeakMap<Request, Caller>();
  const reading = {
    enterSmall: createTurnstile(smallBodies),
    enterLarge: createTurnstile(largeBodies),
    pace: createBodyPace(),
    held: new WeakMap<IncomingMessage, () => void>(),
  };
  const mounting: Mounting = {
    context,
    streams: { count: 0, options: { ...eventStreamDefaults, ...eventStreams } },
    enter: createTurnstile(turnstile),
    readUsual: createReadJson(usualBytes, reading),
    readMessages: createReadJson(messageBytes, reading),
    forgetBody: (request) => forgetBody(request, reading),
    admit: createAdmit(context, callers),
    ...limitsOf(context, callers, eventStreams?.stopping),
  };
  for (const route of routes) mountRoute(app, route, mounting);
  for (const path of new Set(routes.map((route) => route.path))) app.all(path, refuseMethod(path));
  app.use(() => {
    throw new ApiError(404, "not_found", "there is nothing at this path; the API is under /api/v1 and /v2");
  });
  app.use(answerError(context));
  return app;
}

function limitsOf(
  { accounts, evaluation, authenticator }: ApiContext,
  callers: WeakMap<Request, Caller>,
  stopping: AbortSignal | undefined,
): Pick<Mounting, "limits" | "evaluationLimit"> {
  const shared = { callerOf: (request: Request): Caller | undefined => callers.get(request), stopping };
  return {
    ...(accounts && { limits: createRateLimits({ rates: accounts.rates, ...shared }) }),
    evaluationLimit:
      evaluation === undefined
        ? []
        : createEvaluationLimit({
            perMinute: evaluation.limits.requestsPerMinute,
            knowsCallers: authenticator !== undefined,
            ...shared,
          }),
  };
}

/** Answers are data, never pages: nothing may be sniffed, framed, run or kept in a cache. */
const secureHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
  });
  next();
};

function refuseMethod(path: string): RequestHandler {
  const methods = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
  const allow = (methods.includes("GET") ? [...methods, "HEAD"] : methods).join(", ");
  return () => {
    throw new ApiError(405, "method_not_allowed", `this path takes ${allow}`, { allow });
  };
}

function answerError({ logger }: ApiContext): ErrorRequestHandler {
  return (error: unknown, request, response: Response, _next) => {
    if (toApiError(error) === undefined) logger.error({ err: error, method: request.method }, "an API request failed");
    if (response.headersSent) return response.end();
    const answer = toPublicError(error);
    return response.status(answer.status).set(answer.headers).json(toErrorBody(answer));
  };
}
