import { setTimeout as sleep } from "node:timers/promises";
import { fieldsOf, listOf, textOf, toJson } from "../json.ts";
import type { OtlpTarget } from "../otlp/target.ts";
import type { TestSpan } from "./create-test-span.ts";
import type { Finding } from "./finding.ts";
import type { Environment } from "../environment.ts";

const patienceMs = 5000;
const pauseMs = 100;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks Turnwise's API, if there is one, for the session of the span that was delivered, and deletes that session again. */
export async function examineSession({ url: otlpUrl }: OtlpTarget, sent: TestSpan, env: Environment) {
  const given = env["TURNWISE_URL"];
  const url = (given ?? `http://${new URL(otlpUrl).hostname}:8000`).replace(/\/+$/, "");
  const ask = askerOf(url, env["TURNWISE_API_KEY"]);
  const health = await ask("GET", "/health");
  if (textOf(fieldsOf(health.body)["status"]) !== "ok") return withoutApi(url, given !== undefined);
  return findSession(url, sent, ask);
}

type Ask = (method: "GET" | "DELETE", path: string) => Promise<Answer>;

/** Resolves to status 0 when there is no answer, or none in JSON. */
function askerOf(url: string, apiKey: string | undefined): Ask {
  const headers = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
  return async (method, path) => {
    try {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(patienceMs),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
    } catch {
      return { status: 0, body: undefined };
    }
  };
}

const name = "session";

function withoutApi(url: string, isGiven: boolean): Finding {
  if (isGiven) return { name, ok: false, detail: `no Turnwise answers at ${url}`, remedy: "Correct TURNWISE_URL" };
  return { name, ok: true, detail: `not looked for: no Turnwise answers at ${url}; TURNWISE_URL names another` };
}

async function findSession(url: string, { conversationId, spanId }: TestSpan, ask: Ask): Promise<Finding> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    const { status, body } = await ask("GET", `/sessions?conversation_id=${conversationId}`);
    if (status === 401 || status === 403) {
      return { name, ok: false, detail: `${url} does not know who asks`, remedy: "Set TURNWISE_API_KEY" };
    }
    const id = textOf(fieldsOf(listOf(fieldsOf(body)["sessions"])[0])["id"]);
    if (id !== undefined) return readBack(url, id, spanId, ask);
    if (Date.now() > giveUpAt) break;
    await sleep(pauseMs);
  }
  const remedy = "TURNWISE_URL and the OTLP endpoint must belong to the same server";
  return { name, ok: false, detail: `the span was taken, but ${url} does not know its session`, remedy };
}

async function readBack(url: string, id: string, spanId: string, ask: Ask): Promise<Finding> {
  const spans = await ask("GET", `/sessions/${id}/spans`);
  await ask("DELETE", `/sessions/${id}`);
  if (toJson(spans.body)?.includes(`"${spanId}"`)) return { name, ok: true, detail: `${url} gave the span back` };
  const remedy = "Look into the server's log";
  return { name, ok: false, detail: `${url} knows the session, but did not give its span back`, remedy };
}
