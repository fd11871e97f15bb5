import { describe, expect, it } from "vitest";
import { z } from "zod";
import { itemMetrics, metricOf } from "../../../src/evaluation/item-metrics/item-metrics.ts";
import { toJsonSchema } from "../../../src/llm/json-schema.ts";
import { itemOf, metric, scoreBy } from "./items.ts";
import { scriptAsk } from "./scripted-ask.ts";

const none = scriptAsk().needs;
const asking = itemMetrics.filter(({ asksModel }) => asksModel);

describe("the metrics of items", () => {
  it("VQ-17: are 4 that ask no model and 13 that do", () => {
    expect(itemMetrics.filter(({ asksModel }) => !asksModel).map(({ key }) => key)).toEqual([
      "contains",
      "equals",
      "regex_match",
      "levenshtein",
    ]);
    expect(asking.map(({ key }) => key)).toEqual([
      "answer_relevance",
      "coherence",
      "fluency",
      "response_completeness",
      "task_adherence",
      "hallucination",
      "factual_accuracy",
      "context_precision",
      "context_recall",
      "tool_use_quality",
      "intent_resolution",
      "harmlessness",
      "conciseness",
    ]);
  });

  it("VQ-17: are found by their keys, which say all that is needed of them", () => {
    for (const each of itemMetrics) {
      expect(metricOf(each.key)).toBe(each);
      expect(each.definition).toMatch(/1|share/);
      expect(each.displayName).not.toBe("");
    }
    expect(new Set(itemMetrics.map(({ key }) => key)).size).toBe(17);
    expect(metricOf("toString")).toBeUndefined();
  });

  it("tell an endpoint the shape of their answers, with reasons before verdicts", async () => {
    const item = itemOf({ context: ["a", "b"], expected: ["c"], toolCalls: [{ name: "t", arguments: {} }] });
    for (const asked of asking) {
      const { key } = asked;
      const { needs, questions } = scriptAsk("no verdict");
      await expect(asked.score(item, needs)).rejects.toMatchObject({ code: "invalid_answer" });
      const [question] = questions;
      const schema = toJsonSchema(question?.schema ?? z.never());
      expect([key, schema]).toMatchObject([key, { type: "object", additionalProperties: false }]);
      // The order of the members is the order in which a model writes.
      const shape = JSON.stringify(schema);
      const reason = shape.search(/"(?:reasoning|claim)":\{/);
      const verdict = shape.search(/"(?:score|supported|verdict|stated|useful)":\{/);
      expect([key, reason > 0 && (verdict === -1 || reason < verdict)]).toEqual([key, true]);
    }
  });

  it("have versions that differ where prompts do", () => {
    const versions = asking.map(({ version }) => version);
    expect(new Set(versions).size).toBe(13);
    expect(metric("contains").version).toBe("1");
  });

  it.each([
    ["contains", "The answer is 4", ["4"], 1],
    ["contains", "The answer is 4", ["4", "answer"], 1],
    ["contains", "The answer is 4", ["4", "5"], 0],
    ["levenshtein", "kitten", ["sitting"], 1 - 3 / 7],
    ["levenshtein", "same", ["same"], 1],
    ["equals", "4", ["4"], 1],
    ["equals", "4.", ["4"], 0],
    ["regex_match", "order 77", ["^order \\d+$"], 1],
    ["regex_match", "order", ["^order \\d+$"], 0],
  ])("VQ-17: %s of %j, where %j is expected, is %d", async (key, output, expected, value) => {
    const score = await metric(key).score(itemOf({ output, expected }), none);
    expect(score.name).toBe(key);
    expect(score.value).toBeCloseTo(value, 12);
  });

  it.each(itemMetrics.flatMap(({ key, requires }) => requires.map((part) => [key, part] as const)))(
    "%s gives no value, says why, and asks nobody about an item without %s",
    async (key, part) => {
      const whole = {
        context: ["It arrives on Friday."],
        expected: ["Friday"],
        toolCalls: [{ name: "get_order", arguments: {} }],
      };
      const lacking = { ...whole, [{ context: "context", expected: "expected", tool_calls: "toolCalls" }[part]]: [] };
      const { score, asked } = await scoreBy(key, lacking);
      expect(score).toMatchObject({ name: key, value: null });
      expect(score.explanation).toMatch(/\w{3}/);
      expect(score.error).toBeUndefined();
      expect(asked).toEqual([]);
    },
  );

  it("that ask a model cannot be used without one, which is an error and no score", async () => {
    const { signal } = new AbortController();
    await expect(metric("coherence").score(itemOf(), { signal })).rejects.toMatchObject({
      name: "JudgeError",
      code: "off",
    });
  });

  it.each([
    ["answer_relevance", 0],
    ["response_completeness", 0],
    ["factual_accuracy", 0],
    ["coherence", null],
    ["fluency", null],
    ["conciseness", null],
    ["hallucination", null],
  ])("%s of no answer is %j, about which no model is asked", async (key, value) => {
    const { score, asked } = await scoreBy(key, { output: " \n", context: ["a"], expected: ["b"] });
    expect(score).toEqual({ name: key, value, explanation: "There is no answer." });
    expect(asked).toEqual([]);
  });

  it.each(["task_adherence", "intent_resolution", "tool_use_quality", "harmlessness"])(
    "%s of no answer is asked for: the agent may have acted without a word",
    async (key) => {
      const toolCalls = [{ name: "cancel_order", arguments: { order: 7 }, result: "cancelled" }];
      const { score } = await scoreBy(key, { output: "", toolCalls }, { reasoning: "It cancelled it.", score: 0.75 });
      expect(score).toMatchObject({ value: 0.75, explanation: "It cancelled it." });
    },
  );
});
