/** A route becomes express handlers: read the body, check what came, answer, or open an event stream. */
import express, { type Express, type Request, type RequestHandler, type Response } from "express";
import { anyone, type Caller } from "../component/extension.ts";
import { ApiError, toErrorBody, toPublicError } from "./api-error.ts";
import { type EventStreamOptions, serveEventStream } from "./event-stream.ts";
import type { ApiContext, Reply, Route } from "./route.ts";
import type { Turnstile } from "./turnstile.ts";
import { validateBody, validateQuery } from "./validate.ts";

export interface OpenStreams {
  count: number;
  readonly options: EventStreamOptions;
}

export function mountRoute(
  app: Express,
  route: Route,
  context: ApiContext,
  streams: OpenStreams,
  enter: Turnstile,
): void {
  /** Before the body is read; and once more when it has arrived, as a key may have been withdrawn meanwhile. */
  const authenticate: RequestHandler = (request, _response, next) => {
    callerOf(route, request, context);
    next();
  };
  const answer: RequestHandler = async (request, response) => {
    const call = toCall(route, request, callerOf(route, request, context));
    const leave = await enter(request, response);
    if (leave === undefined) return;
    const reply = await route.answer(call, context);
    // An event stream stays open, and has a limit of its own.
    if ("stream" in reply) leave();
    await send(request, response, reply, { streams, requireAccess: () => void callerOf(route, request, context) });
  };
  if (route.body === undefined) app[route.method](route.path, answer);
  else app[route.method](route.path, authenticate, requireJson, readJson, answer);
}

/** Throws when the caller may not call the route. */
function callerOf({ access }: Route, { headers }: Request, { authenticator }: ApiContext): Caller {
  return access === "public" || authenticator === undefined ? anyone : authenticator.authenticate(headers, access);
}

const readJson = express.json({ limit: "4mb", type: "application/json" });

/** A body that is not declared as JSON is refused: a cross-origin form cannot declare it. */
const requireJson: RequestHandler = (request, _response, next) => {
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  if (hasBody && request.is("application/json") === false) {
    throw new ApiError(415, "unsupported_media_type", "send the body with content-type: application/json");
  }
  next();
};

function toCall(route: Route, request: Request, { project }: Caller) {
  const { id, number } = request.params;
  return {
    ref: { project, id: typeof id === "string" ? id : "" },
    number: typeof number === "string" && /^\d{1,15}$/.test(number) ? Number(number) : undefined,
    query: validateQuery(route.query, request.query),
    body: route.body === undefined ? undefined : validateBody(route.body, request.body),
  };
}

interface StreamContext {
  readonly streams: OpenStreams;
  /** Throws when the caller's key has been withdrawn. */
  readonly requireAccess: () => void;
}

async function send(
  request: Request,
  response: Response,
  reply: Reply,
  { streams, requireAccess }: StreamContext,
): Promise<void> {
  if (!("stream" in reply)) {
    response.status(reply.status);
    if (reply.status === 204) response.end();
    else response.json(reply.body);
    return;
  }
  if (request.method === "HEAD") {
    response.type("text/event-stream").end();
    return;
  }
  if (streams.count >= streams.options.limit) {
    throw new ApiError(503, "unavailable", "too many event streams are open", { "retry-after": "10" });
  }
  streams.count += 1;
  try {
    await serveEventStream(response, { ...streams.options, requireAccess }, async (events) => {
      const send: typeof events.send = async (event, data) => {
        requireAccess();
        await events.send(event, data);
      };
      try {
        await reply.stream({ ...events, send });
      } catch (error) {
        await events.send("error", toErrorBody(toPublicError(error)));
        throw error;
      }
    });
  } finally {
    streams.count -= 1;
  }
}
