/** Tokens that only a span around the model calls tells, as Mastra's exporter for Arize does. */
import { describe, expect, it } from "vitest";
import type { AttributeValue, Span } from "../../src/model/span.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { chat, spanAt, tool } from "../support/conversation-spans.ts";
import type { SpanPlace } from "../support/conversation-spans.ts";

const sum = (place: SpanPlace, input: number, output: number): Span =>
  spanAt(place, {
    "mastra.span.type": "model_generation",
    "openinference.span.kind": "LLM",
    "llm.token_count.prompt": BigInt(input),
    "llm.token_count.completion": BigInt(output),
  });
const used = (input: number): Record<string, AttributeValue> => ({
  "gen_ai.usage.input_tokens": BigInt(input),
  "gen_ai.usage.output_tokens": 1n,
});
const asked = [{ user: "a" }, { calls: [{ id: "1", name: "x" }] }, { results: [{ id: "1", response: "X" }] }] as const;
const run = (more: SpanPlace["more"] = {}) => [
  chat({ id: 2, parent: 1, at: 1, more }, [{ user: "a" }], asked[1]),
  chat({ id: 3, parent: 1, at: 5 }, asked, { assistant: "A" }),
];
const usageOf = (...spans: readonly Span[]) =>
  buildSession({ spans, logRecords: [] }, {}).session.turns.map(({ usage }) => [usage.inputTokens, usage.outputTokens]);

describe("what a span says of several model calls together", () => {
  it("is the turn's, and no step's", () => {
    const { turns, usage } = buildSession(
      { spans: [sum({ id: 1, at: 0, until: 9 }, 70, 7), ...run()], logRecords: [] },
      {},
    ).session;
    expect(turns).toMatchObject([{ usage: { inputTokens: 70, outputTokens: 7 } }]);
    expect(usage).toMatchObject({ inputTokens: 70, outputTokens: 7 });
    expect(turns[0]?.steps.filter((step) => "usage" in step)).toEqual([]);
  });

  it("does not count where one of the calls says what it used", () => {
    expect(usageOf(sum({ id: 1, at: 0, until: 9 }, 70, 7), ...run(used(30)))).toEqual([[30, 1]]);
  });

  it("counts once where such spans lie in each other: the nearest", () => {
    const outer = sum({ id: 9, at: 0, until: 9 }, 500, 50);
    expect(usageOf(outer, sum({ id: 1, parent: 9, at: 0, until: 9 }, 70, 7), ...run())).toEqual([[70, 7]]);
  });

  it("is no turn's when it is about several", () => {
    const later = chat({ id: 4, parent: 1, at: 7 }, [{ user: "a" }, { assistant: "A" }, { user: "b" }], {
      assistant: "B",
    });
    expect(usageOf(sum({ id: 1, at: 0, until: 9 }, 70, 7), ...run(), later)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("of a tool's agent is that agent's", () => {
    const spans = [
      ...run(used(30)),
      tool({ id: 4, parent: 1, at: 2, until: 4 }, { id: "1", name: "x", result: "X" }),
      sum({ id: 5, parent: 4, at: 2, until: 4 }, 11, 1),
      chat({ id: 6, parent: 5, at: 3 }, [{ user: "inner" }], { assistant: "X" }),
    ];
    const [turn] = buildSession({ spans, logRecords: [] }, {}).session.turns;
    expect(turn?.usage).toMatchObject({ inputTokens: 30, outputTokens: 1 });
    expect(turn?.steps[1]).toMatchObject({ subAgent: { usage: { inputTokens: 11, outputTokens: 1 } } });
  });
});
