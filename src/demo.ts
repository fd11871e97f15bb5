/** The demo agent: a real program in `examples/`, run against a server, and the session that comes of it. */
import type { SessionDetail, Turnwise } from "@turnwise/client";
import { ApiClientError } from "./api-client.ts";
import { isJudged, waitForSession } from "./wait-for-session.ts";

/** The spans are on their way when the agent has ended; judging may take as long as a model takes. */
const arrivalMs = 15_000;
const judgingMs = 180_000;

export interface DemoOptions {
  /** Base URL of the OTLP/HTTP receiver. */
  readonly otlpUrl: string;
  /** What the agent shows to a receiver that asks who sends. */
  readonly apiKey?: string | undefined;
}

/**
 * Runs the demo agent, which sends its spans to `otlpUrl`, closes its session so that nobody waits for the idle timeout,
 * and returns it judged. Throws what the client throws, and ApiClientError when the examples are not here or nothing arrives.
 */
export async function runDemo(client: Turnwise, options: DemoOptions): Promise<SessionDetail> {
  const { otlpUrl } = options;
  const conversationId = await runAgent(options);
  const arrived = await waitForSession(client, conversationId, () => true, arrivalMs);
  if (arrived === undefined) {
    const message = `the demo agent ran, but none of its spans arrived at ${client.url}`;
    throw new ApiClientError("demo_not_arrived", message, `Check that ${otlpUrl} is the same server: turnwise doctor`);
  }
  await client.sessions.close(arrived.id);
  const judged = await waitForSession(client, conversationId, isJudged, judgingMs);
  if (judged !== undefined) return judged;
  const message = `the demo session ${arrived.id} was not judged within three minutes`;
  throw new ApiClientError("demo_not_judged", message, "Look into the server's log");
}

const runFromClone = "The demo agent is in the source code's folder examples/: run it from a clone, after npm ci";

async function runAgent(options: DemoOptions): Promise<string> {
  try {
    const { runDemo: run } = await import("../examples/run-demo.mjs");
    return (await run(options)).conversationId;
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    const message = error instanceof Error ? error.message : String(error);
    throw missing
      ? new ApiClientError("demo_missing", "the demo agent is not installed here", runFromClone, { cause: error })
      : new ApiClientError("demo_failed", message, "Try it alone: node examples/run-demo.mjs", { cause: error });
  }
}
