import { setTimeout as sleep } from "node:timers/promises";
import { InvalidInputError } from "./evaluation-error.ts";
import type { ModelClient, ModelReply, ModelRequest } from "./model-client.ts";

export interface RetryingClientOptions {
  /**
   * Makes one request, and resolves to the answer's text; undefined when there is none. A rejection may tell the HTTP status as
   * `status`, `statusCode` or `status_code`; InvalidInputError 070013 says that the model does not take such a request.
   */
  readonly complete: (request: ModelRequest) => Promise<string | undefined>;
  /** For requests that say nothing else. */
  readonly defaults?: Pick<ModelRequest, "model" | "temperature" | "maxTokens">;
  /** As agent_inspect: a request's temperature of 0 counts as none. Default false. */
  readonly zeroTemperatureIsNone?: boolean;
  readonly wait?: (ms: number) => Promise<unknown>;
  /** In ms, from whenever. */
  readonly now?: () => number;
}

const maxTries = 10;
const maxMs = 300_000;

/** Asking again would get the same answer. */
const finalStatuses: ReadonlySet<number | undefined> = new Set([400, 401, 403, 404]);

/**
 * Any way to a model as a client that never throws: what fails is tried again after 1, 2, 4… s, 10 times and 300 s at most,
 * unless the status is 400, 401, 403 or 404. What is left is a status: the provider's own, 404 for what the model does not take,
 * else 500. Source: agent_inspect's clients.
 */
export function createRetryingClient(options: RetryingClientOptions): ModelClient {
  const { defaults = {}, zeroTemperatureIsNone = false } = options;
  return {
    async ask(request) {
      const { temperature, ...rest } = request;
      const isNone = temperature === undefined || (zeroTemperatureIsNone && temperature === 0);
      try {
        const text = await tryAgain({ ...defaults, ...rest, ...(isNone ? {} : { temperature }) }, options);
        return text === undefined ? { status: 200 } : { status: 200, text };
      } catch (error) {
        return toFailedReply(error);
      }
    },
  };
}

async function tryAgain(request: ModelRequest, options: RetryingClientOptions): Promise<string | undefined> {
  const { complete, wait = sleep, now = () => performance.now() } = options;
  const begun = now();
  for (let tries = 1; ; tries++) {
    try {
      return await complete(request);
    } catch (error) {
      const leftMs = maxMs - (now() - begun);
      const isFinal = error instanceof InvalidInputError || finalStatuses.has(statusOf(error));
      if (isFinal || tries >= maxTries || leftMs <= 0) throw error;
      await wait(Math.min(1_000 * 2 ** (tries - 1), leftMs));
    }
  }
}

function toFailedReply(error: unknown): ModelReply {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InvalidInputError) return { status: 404, error: message };
  const status = statusOf(error);
  if (status === undefined) return { status: 500, error: `Unexpected error: ${message}` };
  return { status, error: status === 429 ? "The maximum of retries is exceeded." : message };
}

/** Of a failed request only: a status that tells of success is none. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const fields: { readonly status?: unknown; readonly statusCode?: unknown; readonly status_code?: unknown } = error;
  return [fields.status, fields.statusCode, fields.status_code].find(
    (status): status is number =>
      typeof status === "number" && Number.isInteger(status) && status >= 300 && status < 600,
  );
}
