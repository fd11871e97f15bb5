/** The API of a running server, for the commands that read: one function an operation. */
import { z, type ZodType } from "zod";
import {
  errorSchema,
  healthSchema,
  parkedPageSchema,
  rebuildsStateSchema,
  sessionDetailSchema,
  sessionPageSchema,
  sessionStateSchema,
  type Health,
  type ParkedPageDetail,
  type RebuildsState,
  type SessionDetail,
  type SessionPageDetail,
  type SessionState,
} from "./api/contract.ts";
import { explanationSchema, type Explanation } from "./api/explanation-contract.ts";

export type { Explanation } from "./api/explanation-contract.ts";
export type {
  Health,
  ModelCallDetail,
  ParkedRequestDetail,
  SessionDetail,
  SessionListItem,
  SessionPageDetail,
  SubAgentDetail,
  ToolCallDetail,
  TrajectoryJudgementDetail,
  TurnDetail,
  TurnJudgementDetail,
} from "./api/contract.ts";

export interface ApiClient {
  readonly url: string;
  getHealth(): Promise<Health>;
  findSessions(query: Readonly<Record<string, string>>): Promise<SessionPageDetail>;
  /** Throws `not_found`, as the others with an id do. */
  getSession(id: string): Promise<SessionDetail>;
  /** How it was built. `values`: with the beginnings of what the spans carried. */
  explainSession(id: string, options: { readonly values: boolean }): Promise<Explanation>;
  /** No more spans will come: judge now. */
  closeSession(id: string): Promise<SessionState>;
  deleteSession(id: string): Promise<void>;
  /** Build it again of the spans that are there. */
  rebuildSession(id: string): Promise<SessionState>;
  /** All of the project; `getRebuilds` tells how many are still to be built. */
  rebuildSessions(): Promise<RebuildsState>;
  getRebuilds(): Promise<RebuildsState>;
  findParkedRequests(query: Readonly<Record<string, string>>): Promise<ParkedPageDetail>;
  /** Have it sent again. */
  retryParkedRequest(id: string): Promise<void>;
  dropParkedRequest(id: string): Promise<void>;
}

/** A call that failed, what it means and what to do. */
export class ApiClientError extends Error {
  override readonly name = "ApiClientError";
  readonly code: string;
  readonly remedy: string;
  constructor(code: string, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}

const timeoutMs = 30_000;

/**
 * `TURNWISE_URL` says where the server is, `TURNWISE_API_KEY` who is asking. By default it is where `serve` listens when it is
 * started from the same shell: on localhost, at `TURNWISE_PORT` or 8000.
 */
export function createApiClient(env: NodeJS.ProcessEnv): ApiClient {
  const url = serverUrl(env);
  const headers = new Headers({ accept: "application/json" });
  const key = env["TURNWISE_API_KEY"];
  if (key) headers.set("authorization", `Bearer ${key}`);
  const call = async <T>(method: string, path: string, schema: ZodType<T>) => {
    const response = await request(url, path, { method, headers });
    return read(response, schema, { url, path });
  };
  const parkedPathOf = (id: string) => `/parked-requests/${encodeURIComponent(id)}`;
  const pathOf = (id: string) => `/sessions/${encodeURIComponent(id)}`;
  return {
    url,
    getHealth: () => call("GET", "/health", healthSchema),
    findSessions: (query) => call("GET", `/sessions${searchOf(query)}`, sessionPageSchema),
    getSession: (id) => call("GET", pathOf(id), sessionDetailSchema),
    explainSession: (id, { values }) => call("GET", `${pathOf(id)}/explain?values=${values}`, explanationSchema),
    closeSession: (id) => call("POST", `${pathOf(id)}/close`, sessionStateSchema),
    deleteSession: (id) => call("DELETE", pathOf(id), z.undefined()),
    rebuildSession: (id) => call("POST", `${pathOf(id)}/rebuild`, sessionStateSchema),
    rebuildSessions: () => call("POST", "/rebuilds", rebuildsStateSchema),
    getRebuilds: () => call("GET", "/rebuilds", rebuildsStateSchema),
    findParkedRequests: (query) => call("GET", `/parked-requests${searchOf(query)}`, parkedPageSchema),
    retryParkedRequest: (id) => call("POST", `${parkedPathOf(id)}/retry`, z.undefined()),
    dropParkedRequest: (id) => call("DELETE", parkedPathOf(id), z.undefined()),
  };
}

const searchOf = (query: Readonly<Record<string, string>>): string => `?${new URLSearchParams(query).toString()}`;

function serverUrl(env: NodeJS.ProcessEnv): string {
  const text = env["TURNWISE_URL"] || `http://localhost:${env["TURNWISE_PORT"] || "8000"}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const message = env["TURNWISE_URL"] ? "TURNWISE_URL is not an http URL" : "TURNWISE_PORT is not a port";
    throw new ApiClientError("url_invalid", message, "Set TURNWISE_URL as in http://localhost:8000");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

async function request(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    // A redirect would carry the key elsewhere.
    return await fetch(`${url}/api/v1${path}`, { ...init, redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const remedy = "Start one with: turnwise serve; or set TURNWISE_URL to where it runs";
    throw new ApiClientError("server_unreachable", `no server answers at ${url}`, remedy, { cause: error });
  }
}

interface Asked {
  readonly url: string;
  readonly path: string;
}

async function read<T>(response: Response, schema: ZodType<T>, { url, path }: Asked): Promise<T> {
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refused(response.status, body, { url, path });
  const answer = schema.safeParse(body);
  if (answer.success) return answer.data;
  const remedy = "TURNWISE_URL must be the API of a Turnwise server of this version";
  throw new ApiClientError("answer_unexpected", `${url} answers, but not as a Turnwise server does`, remedy);
}

function refused(status: number, body: unknown, { url, path }: Asked): ApiClientError {
  const known = errorSchema.safeParse(body);
  if (!known.success) {
    const remedy = "TURNWISE_URL must be the API of a Turnwise server";
    return new ApiClientError("answer_unexpected", `${url} answered with status ${status}`, remedy);
  }
  const { code, detail } = known.data;
  const lists = path.startsWith("/parked-requests") ? "turnwise queue list" : "turnwise sessions";
  const remedy = status === 404 ? `List what there is with: ${lists}` : remedies.get(status);
  return new ApiClientError(code, detail, remedy ?? "See the command's --help");
}

const remedies = new Map([
  [401, "Set TURNWISE_API_KEY to a valid key"],
  [403, "Set TURNWISE_API_KEY to a key that may read"],
  [421, "Set TURNWISE_URL to http://localhost:PORT on the machine that runs the server"],
  [500, "Look into the server's log"],
  [503, "Try again in a moment"],
]);
