import { startCallTrace } from "../../src/llm/trace-calls.ts";
import type { TracedRequest } from "../../src/llm/trace-request.ts";
import type { AttributeValue, Span } from "../../src/model/span.ts";

/** A request that a judge made, and what came of it. */
export function tracedRequest(fields: Partial<TracedRequest> = {}): TracedRequest {
  return {
    baseUrl: "https://api.example.com/v1",
    body: {
      model: "judge-model",
      messages: [
        { role: "system", content: "You judge." },
        { role: "user", content: "Judge this." },
      ],
      max_completion_tokens: 8_192,
      temperature: 0,
      response_format: { type: "json_schema", json_schema: { name: "turn_verdict", schema: {} } },
    },
    startedAt: Date.UTC(2026, 4, 1, 10, 0, 0, 250),
    endedAt: Date.UTC(2026, 4, 1, 10, 0, 1),
    outcome: {
      reply: {
        text: '{"score":1}',
        finishReason: "stop",
        model: "judge-model-2026",
        usage: { inputTokens: 900, outputTokens: 100, cachedInputTokens: 20, reasoningTokens: 7 },
      },
    },
    ...fields,
  };
}

/** The spans of one judgement that took so many requests. */
export function judgeSpans(requests = 1, attributes: readonly (readonly [string, AttributeValue])[] = []): Span[] {
  const trace = startCallTrace({ name: "judge turn 1", attributes: new Map(attributes), content: false });
  for (let made = 0; made < requests; made++) trace.onRequest(tracedRequest());
  return [...trace.end({})];
}
