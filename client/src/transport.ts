/** One request: with the key, a time limit, and again when that can help. */
import { type Asked, AuthenticationError, ConnectionError, toError, TurnwiseError } from "./errors.ts";
import { pause } from "./pause.ts";

export interface TransportOptions {
  /** Of the server: `http://localhost:8000`. */
  readonly baseUrl: string;
  readonly apiKey?: string | undefined;
  /** For one try, in milliseconds. */
  readonly timeoutMs: number;
  /** Tries after the first. */
  readonly maxRetries: number;
  readonly fetch: typeof fetch;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** For one try, in milliseconds, instead of the client's own. */
  readonly timeoutMs?: number | undefined;
}

export interface SubmitOptions extends RequestOptions {
  /** What is sent twice under one key is done once. By default each call has its own, so that it can be repeated safely. */
  readonly idempotencyKey?: string | undefined;
}

export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `root`. */
  readonly path: string;
  /** Absent: /api/v1. */
  readonly root?: "/v2";
  /** A list: the parameter once for each. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>>;
  /** A form and a Blob go as they are, everything else as JSON. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Doing it twice is the same as doing it once. Otherwise it is sent again only when the server says that it did nothing. */
  readonly isRepeatable?: boolean;
}

type QueryValue = string | number | boolean | undefined;

export interface Transport {
  /** Of the server, without a slash at the end. */
  readonly url: string;
  /** The answer's JSON; undefined when it has none. Throws a TurnwiseError, or what `signal` was aborted with. */
  send<T>(operation: Operation, request?: RequestOptions): Promise<T>;
  /** The answer whose body is still to come, without a time limit. Throws as `send`. */
  open(operation: Operation, request?: RequestOptions): Promise<Response>;
}

const FIRST_PAUSE_MS = 250;
/** Whoever is asked to wait longer is told so instead. */
const LONGEST_PAUSE_MS = 30_000;

export function createTransport(options: TransportOptions): Transport {
  const url = rootOf(options.baseUrl);
  const authorization = credentials(options.apiKey);

  async function repeat<T>(operation: Operation, request: RequestOptions, read: Read<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await tryOnce(operation, request, read);
      } catch (error) {
        request.signal?.throwIfAborted();
        const failure = error instanceof TurnwiseError ? error : unreachable(operation, error);
        const pauseMs = failure.retryAfterMs ?? backoff(tries);
        if (tries >= options.maxRetries || pauseMs > LONGEST_PAUSE_MS || !canRepeat(operation, failure)) throw failure;
        await pause(pauseMs, request.signal);
      }
    }
  }

  async function tryOnce<T>(operation: Operation, request: RequestOptions, read: Read<T>): Promise<T> {
    const { method, path, root = "/api/v1", query, body, headers } = operation;
    const timeoutMs = request.timeoutMs ?? options.timeoutMs;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(timedOut(operation, timeoutMs)), timeoutMs);
    try {
      const response = await options.fetch(`${url}${root}${path}${searchOf(query)}`, {
        method,
        headers: { accept: "application/json", ...authorization, ...contentType(body), ...headers },
        ...(body === undefined ? {} : { body: isSentAsItIs(body) ? body : JSON.stringify(body) }),
        // A redirect would carry the key elsewhere.
        redirect: "error",
        signal: request.signal === undefined ? limit.signal : AbortSignal.any([limit.signal, request.signal]),
      });
      if (!response.ok) throw toError(response, await response.json().catch(() => undefined), { url, path });
      return await read(response);
    } finally {
      clearTimeout(timer);
    }
  }

  const unreachable = ({ path }: Operation, cause: unknown): ConnectionError =>
    new ConnectionError(`no server answers at ${url}`, { code: "connection_failed", path, cause });

  const timedOut = ({ path }: Operation, ms: number): ConnectionError =>
    new ConnectionError(`${url} did not answer within ${ms} ms`, { code: "timed_out", path });

  return {
    url,
    send: async <T>(operation: Operation, request: RequestOptions = {}) =>
      repeat<T>(operation, request, async (response) => readJson(response, { url, path: operation.path })),
    open: async (operation, request = {}) => repeat(operation, request, async (response) => response),
  };
}

/** Sends what the server does once for a key, also when it has to be sent again. */
export async function submitTo<T>(
  transport: Transport,
  path: string,
  body: object,
  options: SubmitOptions = {},
): Promise<T> {
  const headers = { "idempotency-key": options.idempotencyKey ?? crypto.randomUUID() };
  return transport.send<T>({ method: "POST", path, body, headers, isRepeatable: true }, options);
}

type Read<T> = (response: Response) => Promise<T>;

async function readJson<T>(response: Response, { url, path }: Asked): Promise<T> {
  const text = await response.text();
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types are generated from the schemas of the server
    return (text === "" ? undefined : JSON.parse(text)) as T;
  } catch (cause) {
    const message = `${url} answers, but not as a Turnwise server does`;
    throw new TurnwiseError(message, { code: "answer_unexpected", status: response.status, path, cause });
  }
}

function rootOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TurnwiseError("baseUrl is not an http URL, such as http://localhost:8000", { code: "url_invalid" });
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function credentials(apiKey: string | undefined): Record<string, string> {
  if (!apiKey) return {};
  if (/^[\x21-\x7e]+$/.test(apiKey)) return { authorization: `Bearer ${apiKey}` };
  throw new AuthenticationError("the API key holds characters that no key has", { code: "unauthenticated" });
}

/** What is its own content type. */
const isSentAsItIs = (body: object): body is FormData | Blob => body instanceof FormData || body instanceof Blob;

const contentType = (body: object | undefined): Record<string, string> =>
  body === undefined || isSentAsItIs(body) ? {} : { "content-type": "application/json" };

function searchOf(query: Operation["query"] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().flatMap((each): [string, string][] => (each === undefined ? [] : [[name, String(each)]])),
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}

/** What is refused with a time to come back was not done; where something in between gave up, nobody knows. */
function canRepeat({ method, isRepeatable = method !== "POST" }: Operation, failure: TurnwiseError): boolean {
  const { status } = failure;
  if (status === 503 || (status === 429 && failure.retryAfterMs !== undefined)) return true;
  return isRepeatable && (status === undefined || [408, 502, 504].includes(status));
}

/** Doubled with each try, and never quite the same for two clients. */
const backoff = (tries: number): number => FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random() / 2);
