import { describe, expect, it } from "vitest";
import type { PriceTable } from "../../src/cost/price-table.ts";
import type { ModelCall } from "../../src/model/session.ts";
import type { Span } from "../../src/model/span.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { costOfSteps } from "../../src/session/token-usage.ts";
import { chat, spanAt } from "../support/conversation-spans.ts";

const prices: readonly PriceTable[] = [{ name: "test", prices: [{ models: ["gpt-4o-mini"], input: 1, output: 10 }] }];
const used = (input: number, output: number) => ({
  "gen_ai.usage.input_tokens": BigInt(input),
  "gen_ai.usage.output_tokens": BigInt(output),
});
const build = (...spans: readonly Span[]) => buildSession({ spans, logRecords: [] }, { prices }).session;

describe("the cost of a turn and of a session", () => {
  it("is the sum of its calls' at the price of their model", () => {
    const { turns, costUsd } = build(
      chat({ id: 1, at: 0, more: used(1000, 100) }, [{ user: "hi" }], { assistant: "hello" }),
      chat({ id: 2, at: 10, more: used(2000, 200) }, [{ user: "hi" }, { assistant: "hello" }, { user: "bye" }], {
        assistant: "bye",
      }),
    );
    expect(turns.map((turn) => turn.costUsd)).toEqual([0.002, 0.004]);
    expect(costUsd).toBe(0.006);
  });

  it("is what the spans say, where they say it", () => {
    const { costUsd } = build(
      chat({ id: 1, at: 0, more: { ...used(1000, 100), "gen_ai.usage.cost": 0.5 } }, [{ user: "hi" }], {
        assistant: "hello",
      }),
    );
    expect(costUsd).toBe(0.5);
  });

  it("is unknown when one call's price is unknown: a sum of the others would be wrong", () => {
    const other = { ...used(2000, 200), "gen_ai.request.model": "my-own-model" };
    const { turns, costUsd } = build(
      chat({ id: 1, at: 0, more: used(1000, 100) }, [{ user: "hi" }], { assistant: "hello" }),
      chat({ id: 2, at: 10, more: other }, [{ user: "hi" }, { assistant: "hello" }, { user: "bye" }], {
        assistant: "bye",
      }),
    );
    expect(turns.map((turn) => turn.costUsd)).toEqual([0.002, undefined]);
    expect(costUsd).toBeUndefined();
  });

  it("is unknown when an answer came and nothing was said of its tokens", () => {
    expect(build(chat({ id: 1, at: 0 }, [{ user: "hi" }], { assistant: "hello" })).costUsd).toBeUndefined();
  });

  it("counts a call once that two libraries recorded, and takes its tokens from the one that has them", () => {
    const { turns, costUsd } = build(
      chat({ id: 1, at: 0, until: 100, dropped: 5 }, [{ user: "hi" }], { assistant: "hello" }),
      chat({ id: 2, parent: 1, at: 1, until: 99, more: used(1000, 100) }, [{ user: "hi" }], { assistant: "hello" }),
    );
    expect(turns[0]?.usage).toMatchObject({ inputTokens: 1000, outputTokens: 100 });
    expect(costUsd).toBe(0.002);
  });

  it("counts a call once when both libraries have its tokens", () => {
    const { turns } = build(
      chat({ id: 1, at: 0, until: 100, more: used(1000, 100) }, [{ user: "hi" }], { assistant: "hello" }),
      chat({ id: 2, parent: 1, at: 1, until: 99, more: used(990, 90) }, [{ user: "hi" }], { assistant: "hello" }),
    );
    expect(turns[0]?.usage).toMatchObject({ inputTokens: 1000, outputTokens: 100 });
  });

  it("leaves out what wrappers restate, and failed attempts", () => {
    const wrapper = spanAt(
      { id: 9, at: 0, until: 200 },
      { "gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "gpt-4o-mini", ...used(3000, 300) },
    );
    const { turns, costUsd } = build(
      wrapper,
      chat({ id: 1, parent: 9, at: 1, until: 2, error: "HTTP 500" }, [{ user: "hi" }]),
      chat({ id: 2, parent: 9, at: 3, until: 4, error: "HTTP 500" }, [{ user: "hi" }]),
      chat({ id: 3, parent: 9, at: 5, until: 6, more: used(1000, 100) }, [{ user: "hi" }], { assistant: "hello" }),
    );
    expect(turns[0]?.usage).toMatchObject({ inputTokens: 1000, outputTokens: 100 });
    expect(costUsd).toBe(0.002);
  });
});

describe("what steps cost", () => {
  const call = (fields: Partial<ModelCall>): ModelCall => ({ type: "model_call", ...fields });
  const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0 };

  it.each<[what: string, steps: readonly ModelCall[], cost: number | undefined]>([
    ["nothing is known of no calls", [], undefined],
    ["a refused call costs nothing", [call({ costUsd: 0.5 }), call({ error: "HTTP 429" })], 0.5],
    ["refused calls alone leave it unknown", [call({ error: "HTTP 429" })], undefined],
    ["a failed call that used tokens costs them", [call({ costUsd: 0.5 }), call({ error: "cut", usage })], undefined],
    ["an aborted answer is charged", [call({ costUsd: 0.5 }), call({ error: "AbortError: stopped" })], undefined],
    ["an answer without tokens is charged", [call({ costUsd: 0.5 }), call({ content: "hello" })], undefined],
    ["sums have no rounding noise", [call({ costUsd: 0.1 }), call({ costUsd: 0.2 })], 0.3],
  ])("%s", (_what, steps, cost) => {
    expect(costOfSteps(steps)).toBe(cost);
  });

  it("of sub-agents is theirs", () => {
    const subAgent = { steps: [call({ costUsd: 7 })], usage };
    expect(costOfSteps([call({ costUsd: 0.5 }), { type: "tool_call", name: "ask", arguments: {}, subAgent }])).toBe(
      0.5,
    );
  });
});
