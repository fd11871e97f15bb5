import { z } from "zod";
import { didYouMean } from "../component/did-you-mean.ts";
import { selectionFields } from "../component/judge-selection.ts";
import type { ItemMetric } from "../evaluation/item-metrics/item-metric.ts";
import { InvalidInputError } from "../evaluation/evaluation-error.ts";
import { itemMetrics, metricOf } from "../evaluation/item-metrics/item-metrics.ts";
import { expectationSchema, type ExpectationConfig } from "../evaluation/validators/validators.ts";
import { asksModel } from "./asks-model.ts";

const fields = z.strictObject({
  ...selectionFields,
  /** Of every turn a score. */
  metrics: z.array(z.string()).default([]),
  /** Of every session a score each: 1 when it holds, else 0. */
  expectations: z.array(expectationSchema).default([]),
});

export const evaluatorConfigSchema = fields.superRefine((config, context) => {
  for (const { path, message } of problemsOf(config)) context.issues.push({ code: "custom", input: "", path, message });
});

export type EvaluatorConfig = z.infer<typeof fields>;

/** By the name that it is given, else by its type. */
export const nameOf = ({ name, type }: ExpectationConfig): string => name ?? type;

/** The metrics of a checked configuration. */
export const measuredMetrics = ({ metrics }: EvaluatorConfig): readonly ItemMetric[] =>
  metrics.flatMap((key) => metricOf(key) ?? []);

interface Problem {
  readonly path: (string | number)[];
  readonly message: string;
}

function problemsOf(config: EvaluatorConfig): readonly Problem[] {
  if (config.metrics.length + config.expectations.length === 0)
    return [{ path: [], message: "has nothing to score by: it needs metrics or expectations" }];
  return [
    ...config.metrics.flatMap((key, at) => metricProblem(key).map((message) => ({ path: ["metrics", at], message }))),
    ...config.expectations.flatMap((expectation, at) =>
      expectationProblem(expectation).map((message) => ({ path: ["expectations", at], message })),
    ),
    ...repeatedNames(config),
  ];
}

/** What can be said of a turn about which nobody has said what is to be. */
const usable = itemMetrics.filter(({ requires }) => !requires.includes("expected"));

function metricProblem(key: string): readonly string[] {
  const metric = metricOf(key);
  if (metric === undefined) return [`there is no metric ${JSON.stringify(key)}${hint(key)}`];
  if (usable.includes(metric)) return [];
  return [`${JSON.stringify(key)} compares with what was expected, which nobody says of a session: use expectations`];
}

function hint(key: string): string {
  const keys = usable.map((metric) => metric.key);
  return didYouMean(key, keys) || `: there are ${keys.join(", ")}`;
}

/** What its schema cannot see: a JSON schema that cannot be applied, say. */
function expectationProblem(expectation: ExpectationConfig): readonly string[] {
  try {
    asksModel(expectation);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return [error.reason];
    // The schema has said so already: what it refines (a pattern, say) does not keep this from being asked.
    if (error instanceof z.ZodError) return [];
    throw error;
  }
}

function repeatedNames({ metrics, expectations }: EvaluatorConfig): readonly Problem[] {
  const named = [
    ...metrics.map((name, at) => ({ name, path: ["metrics", at] })),
    ...expectations.map((expectation, at) => ({ name: nameOf(expectation), path: ["expectations", at] })),
  ];
  return named.flatMap(({ name, path }, at) =>
    named.findIndex((other) => other.name === name) === at
      ? []
      : [
          {
            path,
            message: `is the second that is called ${JSON.stringify(name)}: give an expectation a name of its own`,
          },
        ],
  );
}
