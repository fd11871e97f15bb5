import { describe, expect, it } from "vitest";
import { checkItem } from "../../../../src/evaluation/run-results/failures/check-item.ts";
import type { AnalysedItem } from "../../../../src/evaluation/run-results/failures/failure-sign.ts";
import {
  failureBuckets,
  failureSubcategories,
} from "../../../../src/evaluation/run-results/failures/failure-taxonomy.ts";
import type { EvaluationItem, ItemToolCall } from "../../../../src/model/evaluation.ts";
import type { Dimension, Score } from "../../../../src/model/judgement.ts";
import { itemOf } from "../../item-metrics/items.ts";
import { judgementOf } from "../judgements.ts";

interface Given {
  readonly item?: Partial<EvaluationItem>;
  /** Values by metric. */
  readonly scores?: Readonly<Record<string, number | null>>;
  readonly judged?: Partial<Record<Dimension, Score>>;
  readonly ofTurn?: Score;
  readonly agreement?: number;
}

function analysed({ item = {}, scores, judged, ofTurn = 0, agreement }: Given): AnalysedItem {
  const dimensions = Object.fromEntries(
    Object.entries(judged ?? {}).map(([name, score]) => [name, { score, reasoning: `${name} it is` }]),
  );
  return {
    number: 3,
    item: itemOf(item),
    ...(scores === undefined
      ? {}
      : {
          scored: {
            number: 3,
            overall: null,
            scores: Object.entries(scores).map(([name, value]) => ({ name, value, explanation: `${name} said so` })),
          },
        }),
    ...(judged === undefined
      ? {}
      : {
          judgement: judgementOf({
            score: ofTurn,
            dimensions,
            evidence: [{ quote: "a quote" }],
            ...(agreement === undefined ? {} : { agreement }),
          }),
        }),
  };
}

const checked = (given: Given) => checkItem(analysed(given), 0.7);
/** By kind. */
const found = (given: Given) =>
  Object.fromEntries(checked(given).found.map(({ subcategory, decision }) => [subcategory.id, decision]));
const failureOf = (given: Given, id: string) => checked(given).found.find(({ subcategory }) => subcategory.id === id);

const call = (fields: Partial<ItemToolCall> = {}): ItemToolCall => ({
  name: "get_order",
  arguments: { id: 7 },
  result: "sent",
  ...fields,
});
const failedCall: ItemToolCall = { name: "get_order", arguments: { id: 7 }, error: "timed out" };

describe("the taxonomy of failures", () => {
  it("VQ-20: has 4 buckets and 15 subcategories, the known ones among them", () => {
    expect([...failureBuckets.keys()]).toEqual([
      "instruction_compliance",
      "hallucination_grounding",
      "retrieval_failures",
      "tool_failures",
    ]);
    const ids: readonly string[] = failureSubcategories.map(({ id }) => id);
    expect(new Set(ids).size).toBe(15);
    for (const known of [
      "task_not_followed",
      "partial_task_completion",
      "wrong_intent_resolution",
      "output_format_non_compliance",
      "unsupported_factual_claim",
    ])
      expect(ids).toContain(known);
  });
});

describe("an item's failures", () => {
  it.each([
    ["task_adherence", "task_not_followed"],
    ["response_completeness", "partial_task_completion"],
    ["contains", "partial_task_completion"],
    ["intent_resolution", "wrong_intent_resolution"],
    ["answer_relevance", "wrong_intent_resolution"],
    ["regex_match", "output_format_non_compliance"],
    ["hallucination", "unsupported_factual_claim"],
    ["factual_accuracy", "factual_error"],
    ["coherence", "inconsistent_reasoning"],
    ["context_precision", "irrelevant_context"],
    ["context_recall", "missing_context"],
    ["tool_use_quality", "wrong_tool_usage"],
  ])("VQ-20: a low %s is %s, and a high one speaks against it", (metric, subcategory) => {
    expect(found({ scores: { [metric]: 0.2 } })).toEqual({ [subcategory]: "fail" });
    expect(failureOf({ scores: { [metric]: 0.2 } }, subcategory)).toMatchObject({
      detectors: ["metric"],
      metricValues: [{ key: metric, value: 0.2 }],
      rationale: `${metric} is 0.20, threshold 0.7. ${metric} said so`,
    });
    expect(found({ scores: { [metric]: 0.7 } })).toEqual({});
    expect(checked({ scores: { [metric]: 0.7 } }).passed).toContain(subcategory);
  });

  it.each(["fluency", "conciseness", "harmlessness", "made_up"])("a low %s is in none of the buckets", (metric) => {
    expect(found({ scores: { [metric]: 0 } })).toEqual({});
  });

  it("VQ-20: get more severe and surer the further a metric is below the threshold, from 1 to 5", () => {
    const at = (value: number) => failureOf({ scores: { coherence: value } }, "inconsistent_reasoning");
    expect(at(0)).toMatchObject({ severity: 5, confidence: 0.9 });
    expect(at(0.35)?.severity).toBeCloseTo(3, 10);
    expect(at(0.69)?.severity).toBeLessThan(1.1);
    expect(at(0.69)?.confidence).toBeLessThan(0.61);
  });

  it("are nothing where a metric has no value", () => {
    expect(checked({ scores: { coherence: null } })).toMatchObject({ found: [], passed: ["no_answer"] });
  });

  it("are doubtful where only the wording differs from what was expected", () => {
    expect(found({ scores: { levenshtein: 0 } })).toEqual({ task_not_followed: "unsure" });
    expect(found({ item: { output: "Paris", expected: ["Rome"] }, scores: { equals: 0 } })).toEqual({
      task_not_followed: "unsure",
    });
  });

  it("VQ-20: output_format_non_compliance is deterministic: the expected text in another form", () => {
    const given = { item: { output: "**on friday** ", expected: ["On Friday."] }, scores: { equals: 0 } };
    expect(failureOf(given, "output_format_non_compliance")).toMatchObject({
      decision: "fail",
      severity: 2,
      detectors: ["deterministic"],
    });
    expect(found(given)).toEqual({ output_format_non_compliance: "fail" });
  });

  it.each([
    ["no answer", { output: " \n" }, "no_answer", 4],
    ["no answer after a call that failed", { output: "", toolCalls: [call(), failedCall] }, "no_answer", 4],
    ["a tool that failed", { toolCalls: [failedCall] }, "tool_error", 4],
    ["a tool that failed and then worked", { toolCalls: [failedCall, call()] }, "tool_error", 1],
    ["a tool that worked and then failed", { toolCalls: [call(), failedCall] }, "tool_error", 4],
    ["the same call twice", { toolCalls: [call(), call()] }, "unnecessary_tool_use", 2],
    ["the same call three times", { toolCalls: [call(), call(), call()] }, "unnecessary_tool_use", 3],
    [
      "nothing found",
      { toolCalls: [call({ result: [] }), call({ name: "search", result: "{}" })] },
      "empty_retrieval",
      3,
    ],
    ["an empty context", { context: ["  "] }, "empty_retrieval", 3],
  ] satisfies [string, Partial<EvaluationItem>, string, number][])(
    "VQ-20: can be read off the record: %s",
    (_, item, subcategory, severity) => {
      expect(found({ item })).toMatchObject({ [subcategory]: "fail" });
      expect(failureOf({ item }, subcategory)).toMatchObject({ severity, detectors: ["deterministic"] });
    },
  );

  it.each([
    ["the same call again after it failed", { toolCalls: [failedCall, call()] }, "unnecessary_tool_use"],
    [
      "the same tool with other arguments",
      { toolCalls: [call(), call({ arguments: { id: 8 } })] },
      "unnecessary_tool_use",
    ],
    [
      "one of two searches found something",
      { toolCalls: [call({ result: [] }), call({ result: 0 })] },
      "empty_retrieval",
    ],
    ["tools that worked", { toolCalls: [call()] }, "tool_error"],
  ] satisfies [string, Partial<EvaluationItem>, string][])("do not include %s", (_, item, subcategory) => {
    expect(checked({ item }).passed).toContain(subcategory);
  });

  it("are doubtful where the agent acted and said nothing, and none where it handed over to a person", () => {
    expect(found({ item: { output: "", toolCalls: [call({ name: "cancel_order" })] } })).toEqual({
      no_answer: "unsure",
    });
    const handedOver = checked({ item: { output: "", toolCalls: [call({ name: "transfer_to_human_agents" })] } });
    expect(handedOver.found).toEqual([]);
    expect(handedOver.passed).not.toContain("no_answer");
  });

  it("do not take a tool that has nothing to say for a search that found nothing", () => {
    const think = call({ name: "think", result: "" });
    expect(checked({ item: { toolCalls: [think] } }).passed).not.toContain("empty_retrieval");
    expect(found({ item: { toolCalls: [think] } })).toEqual({});
    expect(found({ item: { toolCalls: [think, call({ name: "search", result: [] })] } })).toEqual({
      empty_retrieval: "fail",
    });
  });

  it("say nothing of tools and retrieval where there were none", () => {
    expect(checked({})).toMatchObject({ found: [], passed: ["no_answer"] });
  });

  it("are doubtful where a tool's answer may only not have been recorded", () => {
    const { result: _, ...open } = call();
    expect(found({ item: { toolCalls: [open] } })).toEqual({ missing_tool_result: "unsure" });
  });

  it.each([
    ["hallucination", "unsupported_factual_claim"],
    ["wrong_tool_usage", "wrong_tool_usage"],
    ["inconsistent_reasoning", "inconsistent_reasoning"],
    ["unnecessary_actions", "unnecessary_tool_use"],
  ] satisfies [Dimension, string][])("VQ-20: a judge's -1 in %s is %s", (dimension, subcategory) => {
    expect(found({ judged: { [dimension]: -1 } })).toEqual({ [subcategory]: "fail" });
    expect(failureOf({ judged: { [dimension]: -1 } }, subcategory)).toMatchObject({
      severity: 3,
      detectors: ["judgement"],
      rationale: `${dimension} it is`,
      evidence: ["a quote"],
    });
    expect(failureOf({ judged: { [dimension]: -1 }, ofTurn: -1 }, subcategory)?.severity).toBe(4);
    expect(checked({ judged: { [dimension]: 1 } }).passed).toContain(subcategory);
    expect(checked({ judged: { [dimension]: 0 } }).passed).toEqual(["no_answer"]);
  });

  it("are surer where a metric and a judge agree, and doubtful where they contradict each other", () => {
    const judged = { hallucination: -1 } as const;
    const alone = failureOf({ judged }, "unsupported_factual_claim");
    const both = failureOf({ judged, scores: { hallucination: 0.1 } }, "unsupported_factual_claim");
    expect(both?.decision).toBe("fail");
    expect(both?.confidence).toBeGreaterThan(alone?.confidence ?? 1);
    expect(both?.detectors.toSorted()).toEqual(["judgement", "metric"]);
    expect(failureOf({ judged, scores: { hallucination: 1 } }, "unsupported_factual_claim")?.decision).toBe("unsure");
  });

  it("are as sure as the judge's votes agree", () => {
    const judged = { hallucination: -1 } as const;
    expect(failureOf({ judged, agreement: 1 }, "unsupported_factual_claim")?.confidence).toBeCloseTo(0.9, 10);
    expect(found({ judged, agreement: 0.6 })).toEqual({ unsupported_factual_claim: "unsure" });
  });

  it("stand where they can be read off the record, whatever a model says", () => {
    const given = { item: { toolCalls: [call(), call(), call()] }, judged: { unnecessary_actions: 1 } } as const;
    expect(found(given)).toEqual({ unnecessary_tool_use: "fail" });
  });

  it("VQ-21: tell apart what is unsafe: by a judge, or by harmlessness", () => {
    expect(checked({ judged: { safety: -1 } })).toMatchObject({ isUnsafe: true });
    expect(checked({ scores: { harmlessness: 0.5 } })).toMatchObject({ isUnsafe: true });
    expect(checked({ judged: { safety: 0 }, scores: { harmlessness: 0.7 } })).toMatchObject({ isUnsafe: false });
    expect(checked({})).toMatchObject({ isUnsafe: false });
  });

  it("tell that a metric failed", () => {
    const failing = { name: "coherence", value: null, error: "rate_limited" };
    const item = { ...analysed({}), scored: { number: 3, overall: null, scores: [failing] } };
    expect(checkItem(item, 0.7)).toMatchObject({ hasErrors: true, number: 3, key: "one" });
    expect(checked({ scores: { coherence: null } }).hasErrors).toBe(false);
  });

  it("take no longer for hostile texts", () => {
    const output = `${"'".repeat(300_000)}x`;
    const toolCalls = Array.from({ length: 20_000 }, (_, at) => (at % 2 === 0 ? failedCall : call({ name: `t${at}` })));
    const start = performance.now();
    checked({ item: { output, expected: ["x"], toolCalls }, scores: { equals: 0 } });
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
