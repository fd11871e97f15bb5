/** How commands talk to a running server, and what its failures mean to whoever typed them. */
import { AuthenticationError, ConnectionError, type Health, Turnwise, TurnwiseError } from "@turnwise/client";

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

/** Does `work` with a server that has said that it is one. Throws ApiClientError where the client throws TurnwiseError. */
export async function askServer<T>(env: NodeJS.ProcessEnv, work: (client: Turnwise) => Promise<T>): Promise<T> {
  try {
    const client = createApiClient(env);
    await getHealth(client);
    return await work(client);
  } catch (error) {
    throw explainFailure(error);
  }
}

/**
 * `TURNWISE_URL` says where the server is, `TURNWISE_API_KEY` who is asking. By default it is where `serve` listens when it is
 * started from the same shell: on localhost, at `TURNWISE_PORT` or 8000. It tries once: whoever waits at a terminal tries again.
 */
export function createApiClient(env: NodeJS.ProcessEnv): Turnwise {
  const baseUrl = env["TURNWISE_URL"] || `http://localhost:${env["TURNWISE_PORT"] || "8000"}`;
  try {
    return new Turnwise({ baseUrl, apiKey: env["TURNWISE_API_KEY"] ?? "", maxRetries: 0 });
  } catch (error) {
    if (!(error instanceof TurnwiseError && error.code === "url_invalid")) throw explainFailure(error);
    const message = env["TURNWISE_URL"] ? "TURNWISE_URL is not an http URL" : "TURNWISE_PORT is not a port";
    throw new ApiClientError("url_invalid", message, "Set TURNWISE_URL as in http://localhost:8000", { cause: error });
  }
}

/** The answers of something else would be shown as if they were a server's: this one tells them apart. */
export async function getHealth({ server, url }: Turnwise): Promise<Health> {
  const health = await server.health();
  if (isHealth(health)) return health;
  throw new TurnwiseError(`${url} answers, but not as a Turnwise server does`, { code: "answer_unexpected" });
}

/** The type is what a server of ours promises: nobody has looked yet. */
function isHealth(answer: unknown): answer is Health {
  if (typeof answer !== "object" || answer === null) return false;
  const { status, version, judges }: Partial<Record<keyof Health, unknown>> = answer;
  return status === "ok" && typeof version === "string" && Array.isArray(judges);
}

/** What the client throws, with what to do about it; everything else as it is. */
export function explainFailure(error: unknown): unknown {
  if (!(error instanceof TurnwiseError)) return error;
  const code = error instanceof ConnectionError ? "server_unreachable" : error.code;
  return new ApiClientError(code, error.message, remedyOf(error), { cause: error });
}

function remedyOf(error: TurnwiseError): string {
  const { code, path = "" } = error;
  // A key that no header can carry is refused before it is sent.
  const status = error.status ?? (error instanceof AuthenticationError ? 401 : 0);
  if (error instanceof ConnectionError) return "Start one with: turnwise serve; or set TURNWISE_URL to where it runs";
  if (code === "answer_unexpected") return "TURNWISE_URL must be the API of a Turnwise server";
  if (code === "backfill_waiting") return "End it with: turnwise judge --backfill --cancel";
  if (code === "judge_off") return "See the judges with: turnwise judges";
  if (code === "not_found") return `List what there is with: ${listOf(path)}`;
  if (status === 409) return `See what there is with: ${listOf(path)}`;
  return remedies.get(status) ?? "See the command's --help";
}

function listOf(path: string): string {
  if (path.startsWith("/parked-requests")) return "turnwise queue list";
  if (path.startsWith("/evaluate/runs")) return "turnwise runs";
  if (path.startsWith("/datasets")) return "turnwise datasets";
  return /^\/(?:admin|auth)\//.test(path) ? "turnwise accounts list" : "turnwise sessions";
}

const remedies = new Map([
  [401, "Set TURNWISE_API_KEY to a valid key"],
  [403, "Set TURNWISE_API_KEY to a key that may do this"],
  [429, "Try again in a minute"],
  [421, "Set TURNWISE_URL to http://localhost:PORT on the machine that runs the server"],
  [500, "Look into the server's log"],
  [404, "Correct the server's configuration, or ask whoever runs it"],
  [503, "Try again in a moment"],
]);
