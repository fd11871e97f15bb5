import { describe, expect, it } from "vitest";
import { maxTracedChars, maxTracedRequests, startCallTrace } from "../../src/llm/trace-calls.ts";
import { traceRequest, type TracedRequest } from "../../src/llm/trace-request.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { judgeScope } from "../../src/model/judgement.ts";
import type { Span } from "../../src/model/span.ts";
import { tracedRequest } from "../support/judge-spans.ts";

const about = new Map([["turnwise.judge.name", "llm"]]);

function traced(requests: readonly TracedRequest[], content = false): readonly Span[] {
  const trace = startCallTrace({ name: "judge turn 3", attributes: about, content });
  for (const request of requests) trace.onRequest(request);
  return trace.end({ attributes: new Map([["gen_ai.evaluation.score.value", 1n]]) });
}

const callOf = (request: TracedRequest, content = false): Span | undefined => traced([request], content)[1];

describe("a trace of calls", () => {
  it("has a span for what they were made for and below it one for each request", () => {
    const [head, ...calls] = traced([tracedRequest(), tracedRequest()]);
    expect(head).toMatchObject({ name: "judge turn 3", kind: 1, status: { code: 0 } });
    expect(head).not.toHaveProperty("parentSpanId");
    expect(Object.fromEntries(head?.attributes ?? [])).toEqual({
      "turnwise.judge.name": "llm",
      "turnwise.judge.requests": 2n,
      "gen_ai.evaluation.score.value": 1n,
    });
    expect(calls).toHaveLength(2);
    for (const call of calls) {
      expect(call).toMatchObject({ traceId: head?.traceId, parentSpanId: head?.spanId, kind: 3 });
      expect(call.scope.name).toBe(judgeScope);
    }
    expect(new Set([head, ...calls].map((span) => span?.spanId)).size).toBe(3);
    expect(head?.traceId).toMatch(/^[0-9a-f]{32}$/);
  });

  it("says of a request what the GenAI conventions have words for", () => {
    const call = callOf(tracedRequest());
    expect(call?.name).toBe("chat judge-model");
    expect(Object.fromEntries(call?.attributes ?? [])).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "judge-model",
      "gen_ai.request.temperature": 0,
      "gen_ai.request.max_tokens": 8_192n,
      "gen_ai.output.type": "json",
      "turnwise.llm.mode": "json_schema",
      "server.address": "api.example.com",
      "server.port": 443n,
      "gen_ai.response.model": "judge-model-2026",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 900n,
      "gen_ai.usage.output_tokens": 100n,
      "gen_ai.usage.cache_read.input_tokens": 20n,
      "gen_ai.usage.reasoning.output_tokens": 7n,
    });
    expect((call?.endTimeUnixNano ?? 0n) - (call?.startTimeUnixNano ?? 0n)).toBe(750_000_000n);
  });

  const bodies: [string, Partial<TracedRequest["body"]>, string][] = [
    ["a tool", { tools: [{ type: "function", function: { name: "turn_verdict" } }] }, "tool_call"],
    ["a JSON object", { response_format: { type: "json_object" } }, "json_object"],
  ];
  for (const [what, fields, mode] of bodies) {
    it(`says that ${what} was asked for`, () => {
      const request = tracedRequest();
      const { response_format: _, ...plain } = request.body;
      const call = callOf({ ...request, body: { ...plain, ...fields, stream: false } });
      expect(call?.attributes.get("turnwise.llm.mode")).toBe(mode);
    });
  }

  it("marks what failed, the request and the whole", () => {
    const error = { code: "rate_limited", message: "The endpoint answered 429" };
    const trace = startCallTrace({ name: "judge trajectory", attributes: about, content: false });
    trace.onRequest(tracedRequest({ outcome: { error } }));
    const [head, call] = trace.end({ error: { code: "deadline_exceeded", message: "No usable answer" } });
    expect(call?.status).toEqual({ code: 2, message: "The endpoint answered 429" });
    expect(call?.attributes.get("error.type")).toBe("rate_limited");
    expect(head?.status).toEqual({ code: 2, message: "No usable answer" });
    expect(head?.attributes.get("error.type")).toBe("deadline_exceeded");
  });

  it("is nothing where no request was made", () => {
    expect(traced([])).toEqual([]);
  });

  it("holds nothing of what was said, unless that is asked for", () => {
    const texts = (call: Span | undefined) => JSON.stringify([...(call?.attributes.values() ?? [])].map(String));
    expect(texts(callOf(tracedRequest()))).not.toMatch(/Judge this|You judge|score/);
    const call = callOf(tracedRequest(), true);
    expect(call?.attributes.get("gen_ai.system_instructions")).toBe('[{"type":"text","content":"You judge."}]');
    expect(call?.attributes.get("gen_ai.input.messages")).toBe(
      '[{"role":"user","parts":[{"type":"text","content":"Judge this."}]}]',
    );
    expect(call?.attributes.get("gen_ai.output.messages")).toBe(
      '[{"role":"assistant","parts":[{"type":"text","content":"{\\"score\\":1}"}],"finish_reason":"stop"}]',
    );
  });

  it("keeps a bounded amount of it, and says what it left out", () => {
    const long = tracedRequest();
    const messages = [{ role: "user" as const, content: "x".repeat(maxTracedChars * 0.6) }];
    const body = { ...long.body, messages };
    const [, first, second, third] = traced([{ ...long, body }, { ...long, body }, tracedRequest()], true);
    expect(first?.droppedAttributesCount).toBe(0);
    expect(second?.droppedAttributesCount).toBe(3);
    expect(second?.attributes.has("gen_ai.input.messages")).toBe(false);
    expect(second?.attributes.get("gen_ai.usage.input_tokens")).toBe(900n);
    expect(third?.attributes.has("gen_ai.input.messages")).toBe(true);
  });

  it("counts more requests than it has spans for", () => {
    const spans = traced(Array.from({ length: maxTracedRequests + 20 }, () => tracedRequest()));
    expect(spans).toHaveLength(maxTracedRequests + 1);
    expect(spans[0]?.attributes.get("turnwise.judge.requests")).toBe(BigInt(maxTracedRequests + 20));
  });
});

describe("tracing a request", () => {
  const { baseUrl, body } = tracedRequest();
  const told: TracedRequest[] = [];
  const make = async <Outcome>(outcome: () => Outcome): Promise<Outcome> => {
    told.length = 0;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is not an outcome throws
    return traceRequest(
      { baseUrl, body },
      (request) => void told.push(request),
      async () => outcome() as never,
    );
  };

  it("tells of an answer and of a failure", async () => {
    await make(() => ({ reply: { text: "yes" } }));
    expect(told).toMatchObject([{ baseUrl, body, outcome: { reply: { text: "yes" } } }]);
    await make(() => ({ failure: { code: "timeout", message: "too late" } }));
    expect(told).toMatchObject([{ outcome: { error: { code: "timeout", message: "too late" } } }]);
  });

  it("tells of one that was given up, and hands the reason on", async () => {
    const given = make(() => {
      throw new Error("shutting down");
    });
    await expect(given).rejects.toThrow("shutting down");
    expect(told).toMatchObject([{ outcome: { error: { code: "aborted" } } }]);
  });

  it("tells nothing of one that was never made", async () => {
    const refused = make(() => {
      throw new JudgeError("budget_exhausted", "spent", { retryable: true });
    });
    await expect(refused).rejects.toThrow("spent");
    expect(told).toEqual([]);
  });
});
