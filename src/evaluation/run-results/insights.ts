/** What a run below its threshold calls attention to (VQ-18). */
import { isBelow, type EvaluationRun, type RunMetric } from "../../model/evaluation.ts";

export interface Insight {
  readonly metric: string;
  readonly mean: number;
  /** Share (0..1) of the items it scored that are below the threshold. */
  readonly belowShare: number;
  /** What to look at, for people. */
  readonly advice: string;
}

export type JudgedRun = Pick<EvaluationRun, "metrics" | "threshold">;

/** Of each metric whose mean is below the run's threshold, worst first. */
export function insightsOf({ metrics, threshold }: JudgedRun): readonly Insight[] {
  return metrics
    .flatMap((metric) => insightOf(metric, threshold))
    .toSorted((one, other) => one.mean - other.mean || other.belowShare - one.belowShare);
}

function insightOf({ key, mean, scored, belowThreshold }: RunMetric, threshold: number): readonly Insight[] {
  if (mean === null || !isBelow(mean, threshold)) return [];
  return [
    { metric: key, mean, belowShare: scored === 0 ? 0 : belowThreshold / scored, advice: advice.get(key) ?? other },
  ];
}

const other = "Look at the items with the lowest scores and what is said of them.";

const advice: ReadonlyMap<string, string> = new Map([
  [
    "contains",
    "Expected texts are missing from answers: look at which of them, and whether the agent had what they need.",
  ],
  ["equals", "Answers differ from the expected texts: see whether in content or only in form."],
  [
    "regex_match",
    "Answers do not have the expected form: state the form in the agent's instructions, or have the model write JSON.",
  ],
  ["levenshtein", "Answers are far from the expected texts: see whether in content or only in wording."],
  [
    "answer_relevance",
    "Answers miss the question: look at how requests reach the agent, and at instructions that make it evade.",
  ],
  [
    "coherence",
    "Answers contradict themselves or do not follow: look at long answers, and at what the model was given twice.",
  ],
  [
    "fluency",
    "Answers read badly: look for output limits that cut them off, and for the language the agent is told to write.",
  ],
  ["response_completeness", "Parts of requests stay unanswered: look at requests with several questions."],
  ["task_adherence", "Instructions are not kept: look at which, and whether instructions contradict each other."],
  [
    "hallucination",
    "Answers state what nothing supports: look at whether the context had it, and tell the agent what to do when not.",
  ],
  [
    "factual_accuracy",
    "Answers contradict or leave out expected facts: compare with context_recall to see whether they could have been known.",
  ],
  [
    "context_precision",
    "Useless documents come before useful ones: look at retrieval, ranking and how many documents are taken.",
  ],
  [
    "context_recall",
    "What is expected is not in the context: look at what is indexed, how it is split, and how queries are made.",
  ],
  [
    "tool_use_quality",
    "Tools are used badly: look at their descriptions and parameters, and at what happens after an error.",
  ],
  ["intent_resolution", "What users want is not reached: look at requests that the agent took for others."],
  [
    "harmlessness",
    "Answers or actions can do harm: look at each of these items, and at what may be done without a confirmation.",
  ],
  ["conciseness", "Answers are longer than needed: ask for less in the agent's instructions."],
]);
