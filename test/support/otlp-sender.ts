/** Sends spans as OTLP/JSON without an SDK's queue, so that each request's fate is known. */
import { randomBytes } from "node:crypto";

export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
}

export interface SentRequest {
  readonly spans: readonly SentSpan[];
  /** Undefined when the connection broke before an answer came. */
  readonly status: number | undefined;
}

/** One request of model calls of one conversation, each in a trace of its own. */
export async function sendModelCalls(
  otlpUrl: string,
  conversationId: string,
  texts: readonly string[],
): Promise<SentRequest> {
  const spans = texts.map((text) => modelCall(conversationId, text));
  const request = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
  const sent = spans.map(({ traceId, spanId }) => ({ traceId, spanId }));
  try {
    const response = await fetch(`${otlpUrl}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    await response.arrayBuffer();
    return { spans: sent, status: response.status };
  } catch {
    return { spans: sent, status: undefined };
  }
}

function modelCall(conversationId: string, text: string) {
  const now = BigInt(Date.now()) * 1_000_000n;
  const attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "test-model",
    "gen_ai.conversation.id": conversationId,
    "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: text }] }]),
    "gen_ai.output.messages": JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: `${text}!` }] }]),
  };
  return {
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    name: "chat test-model",
    kind: 3,
    startTimeUnixNano: now.toString(),
    endTimeUnixNano: (now + 1_000_000n).toString(),
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
}
