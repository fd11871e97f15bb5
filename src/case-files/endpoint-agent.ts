/** An agent that is an HTTP endpoint: each turn is a POST with the request as JSON, answered with the answer as JSON. */
import { type AgentAnswer, parseAnswer } from "../evaluation/cases/agent-answer.ts";
import { AgentError } from "../evaluation/cases/agent-error.ts";
import {
  type Agent,
  type AgentContext,
  type AgentRequest,
  longestAnswer,
  toRequestJson,
} from "../evaluation/cases/agent.ts";

export interface EndpointAgentOptions {
  readonly url: string;
  /** Never shown. */
  readonly headers: Readonly<Record<string, string>>;
}

const longestExcerpt = 200;

export function createEndpointAgent(options: EndpointAgentOptions): Agent {
  return (request, context) => askEndpoint(options, request, context);
}

async function askEndpoint(
  { url, headers }: EndpointAgentOptions,
  request: AgentRequest,
  { signal }: AgentContext,
): Promise<AgentAnswer> {
  const response = await orCrashed(signal, async () =>
    fetch(url, {
      method: "POST",
      headers: { accept: "application/json", "content-type": "application/json", ...headers },
      body: JSON.stringify(toRequestJson(request)),
      // The headers may hold a key, which is nobody else's business.
      redirect: "manual",
      signal,
    }),
  );
  const text = await orCrashed(signal, async () => readBody(response));
  if (response.ok) return parseAnswer(text);
  const excerpt = text.trim().slice(0, longestExcerpt);
  throw new AgentError("crashed", `it answered with status ${response.status}${excerpt === "" ? "" : `: ${excerpt}`}`);
}

async function orCrashed<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof AgentError) throw cause;
    throw new AgentError("crashed", `it cannot be reached: ${reasonOf(cause)}`, { cause });
  }
}

/** fetch says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return "";
  for await (const chunk of body) {
    length += chunk.length;
    if (length > longestAnswer) throw new AgentError("bad_answer", `it answered with more than ${longestAnswer} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
