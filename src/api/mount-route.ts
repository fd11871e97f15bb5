/** A route becomes express handlers: read the body, check what came, answer, or open an event stream. */
import type { Express, Request, RequestHandler, Response } from "express";
import type { Caller } from "../component/extension.ts";
import type { Admit } from "./admit.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { ApiContext, Call, Route } from "./route.ts";
import { type OpenStreams, sendAnswer, serveStream, waitForAnswer } from "./send-reply.ts";
import type { Turnstile } from "./turnstile.ts";
import { validateBody, validateQuery } from "./validate.ts";

/** What all routes share. */
export interface Mounting {
  readonly context: ApiContext;
  readonly streams: OpenStreams;
  readonly enter: Turnstile;
  /** Readers of bodies without messages, and of messages. */
  readonly readUsual: readonly RequestHandler[];
  readonly readMessages: readonly RequestHandler[];
  /** What is answered later holds no body, nor the place that others wait for. */
  readonly forgetBody: (request: Request) => void;
  readonly admit: Admit;
  /** Absent: nobody is counted. */
  readonly limits?: RateLimits;
  /** Of routes under /v2. */
  readonly evaluationLimit: readonly RequestHandler[];
}

export function mountRoute(app: Express, route: Route, mounting: Mounting): void {
  const { context, streams, enter, readUsual, readMessages, forgetBody, admit, limits, evaluationLimit } = mounting;
  const authenticate: RequestHandler = async (request, _response, next) => {
    await admit(route, request);
    next();
  };
  /** By itself, so that nothing of the call is held by what waits. Undefined: the caller went. */
  const ask = async (request: Request, response: Response, caller: Caller) => {
    const call = toCall(route, request, response, caller);
    const leave = await enter(request, response);
    return leave && { leave, reply: await route.answer(call, context) };
  };
  const answer: RequestHandler = async (request, response) => {
    // Once more when a body has arrived, as a key may have been withdrawn meanwhile.
    const caller = await admit(route, request);
    const asked = await ask(request, response, caller);
    if (asked === undefined) return;
    const { reply, leave } = asked;
    const requireAccess = async (): Promise<void> => void (await admit(route, request));
    if ("status" in reply) return sendAnswer(response, reply);
    // What stays open has a limit of its own.
    leave();
    forgetBody(request);
    if ("stream" in reply) return serveStream(request, response, reply.stream, { streams, requireAccess });
    const waited = await waitForAnswer(response, reply, { streams, requireAccess });
    if ((await enter(request, response)) !== undefined) sendAnswer(response, waited);
  };
  const byAccount = limits === undefined ? [] : [limits.byAccount];
  const counted = route.path.startsWith("/v2/") ? [...byAccount, ...evaluationLimit] : byAccount;
  const readBody = route.body === undefined ? [] : route.takesMessages === true ? readMessages : readUsual;
  const guarded = limits === undefined || route.takesPassword !== true ? [] : [limits.byAddress];
  const afterBody = limits === undefined || route.takesPassword !== true ? [] : [limits.byEmail];
  app[route.method](route.path, authenticate, ...counted, ...guarded, ...readBody, ...afterBody, answer);
}

function toCall(route: Route, request: Request, response: Response, caller: Caller): Call {
  const { id, number, account } = request.params;
  const params = Object.entries(request.params).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return {
    ref: { project: caller.project, id: typeof id === "string" ? id : "" },
    number: typeof number === "string" && /^\d{1,15}$/.test(number) ? Number(number) : undefined,
    accountId: typeof account === "string" ? account : "",
    params: Object.fromEntries(params),
    caller,
    headers: headersFor(route, request),
    ...(route.form === undefined && route.upload === undefined ? {} : { upload: request }),
    gone: goneOf(response),
    query: validateQuery(route.query, request.query, route.lists),
    body: route.body === undefined ? undefined : validateBody(route.body, request.body),
  };
}

/** Of a header that came several times Node gives the values joined. */
function headersFor({ headers: names = [] }: Route, { headers }: Request): Call["headers"] {
  const given = names.flatMap((name) => {
    const value = headers[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return Object.fromEntries(given);
}

function goneOf(response: Response): AbortSignal {
  const left = new AbortController();
  response.once("close", () => left.abort());
  return left.signal;
}
