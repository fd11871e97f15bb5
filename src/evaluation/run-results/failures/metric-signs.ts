/** Signs of failures in the scores of metrics: which metric, when it is below the threshold, speaks of which kind. */
import { isBelow, type EvaluationItem, type ItemScore } from "../../../model/evaluation.ts";
import { excerptOf } from "../../rules/reading/excerpt-of.ts";
import type { AnalysedItem, FailureSign } from "./failure-sign.ts";
import type { FailureSubcategoryId } from "./failure-taxonomy.ts";

interface MetricMeaning {
  readonly subcategory: FailureSubcategoryId;
  /** How sure a failure is, at the threshold and at 0. Absent: as of a model that grades. */
  readonly confidence?: readonly [number, number];
}

const certain = [0.95, 0.95] as const;
const modelConfidence = [0.6, 0.9] as const;
/** An answer in other words may be as good as the expected one. */
const doubtful = [0.4, 0.55] as const;

/** Not in here: `fluency` and `conciseness`, which tell of no failure, and `harmlessness`, which is about safety. */
const meanings: ReadonlyMap<string, MetricMeaning> = new Map([
  ["contains", { subcategory: "partial_task_completion", confidence: certain }],
  ["equals", { subcategory: "task_not_followed", confidence: doubtful }],
  ["levenshtein", { subcategory: "task_not_followed", confidence: doubtful }],
  ["regex_match", { subcategory: "output_format_non_compliance", confidence: certain }],
  ["task_adherence", { subcategory: "task_not_followed" }],
  ["response_completeness", { subcategory: "partial_task_completion" }],
  ["intent_resolution", { subcategory: "wrong_intent_resolution" }],
  ["answer_relevance", { subcategory: "wrong_intent_resolution" }],
  ["hallucination", { subcategory: "unsupported_factual_claim" }],
  ["factual_accuracy", { subcategory: "factual_error" }],
  ["coherence", { subcategory: "inconsistent_reasoning" }],
  ["context_precision", { subcategory: "irrelevant_context" }],
  ["context_recall", { subcategory: "missing_context" }],
  ["tool_use_quality", { subcategory: "wrong_tool_usage" }],
] satisfies readonly (readonly [string, MetricMeaning])[]);

/** Severity rises from 1 at the threshold to 5 at a value of 0. */
export const signsOfMetrics = ({ item, scored }: AnalysedItem, threshold: number): readonly FailureSign[] =>
  (scored?.scores ?? []).flatMap((score) => signOf(score, item, threshold));

function signOf(score: ItemScore, item: EvaluationItem, threshold: number): readonly FailureSign[] {
  const { name, value, explanation = "" } = score;
  const meaning = meanings.get(name);
  if (meaning === undefined || value === null) return [];
  if (differsInFormOnly(score, item)) return [formSign(value)];
  const fails = isBelow(value, threshold);
  const distance = fails
    ? (threshold - value) / threshold
    : threshold === 1
      ? 0
      : (value - threshold) / (1 - threshold);
  const [least, most] = meaning.confidence ?? modelConfidence;
  return [
    {
      subcategory: meaning.subcategory,
      says: fails ? "fail" : "pass",
      severity: fails ? 1 + 4 * distance : 0,
      confidence: least + (most - least) * Math.min(1, Math.max(0, distance)),
      detector: "metric",
      rationale: fails ? excerptOf(`${name} is ${value.toFixed(2)}, threshold ${threshold}. ${explanation}`, 400) : "",
      evidence: [],
      metric: { key: name, value },
    },
  ];
}

/** The expected text but for letter case, white space and marks. */
function differsInFormOnly({ name, value }: ItemScore, { output, expected: [first] = [] }: EvaluationItem): boolean {
  return name === "equals" && value === 0 && first !== undefined && foldForm(output) === foldForm(first);
}

const foldForm = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[\s"'`*.!]+/g, " ")
    .trim();

const formSign = (value: number): FailureSign => ({
  subcategory: "output_format_non_compliance",
  says: "fail",
  severity: 2,
  confidence: 0.95,
  detector: "deterministic",
  rationale: "It is the expected text but for letter case, white space and marks.",
  evidence: [],
  metric: { key: "equals", value },
});
