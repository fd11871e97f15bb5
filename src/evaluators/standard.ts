/** Evaluators by the metrics and validators that runs and cases are evaluated with. */
import type { EvaluatorFactory } from "../component/evaluator.ts";
import { createMetricModel } from "../judges/llm/metric-model.ts";
import type { LlmJudgeConfig } from "../judges/llm/llm-config.ts";
import { createMemoryLedger } from "../llm/memory-ledger.ts";
import { asksModel } from "./asks-model.ts";
import { evaluatorConfigSchema, measuredMetrics, type EvaluatorConfig } from "./evaluator-config.ts";
import { toExpectationMeasure } from "./expectation-measure.ts";
import { type AskedModel, toMetricMeasure } from "./metric-measure.ts";

export const standardEvaluator: EvaluatorFactory<EvaluatorConfig> = {
  type: "standard",
  description: "Scores turns by metrics, and sessions by what is expected of them.",
  configSchema: evaluatorConfigSchema,
  create(config, { id, modelJudge, ledger = createMemoryLedger(), answers }) {
    const metrics = measuredMetrics(config);
    const needsModel = metrics.some((metric) => metric.asksModel) || config.expectations.some(asksModel);
    const model = needsModel ? askedModel() : undefined;

    function askedModel(): AskedModel | undefined {
      if (modelJudge === undefined) return undefined;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- that it is of type llm was checked with the configuration
      const judge = modelJudge.config as LlmJudgeConfig;
      if (judge.api_key === "") return undefined;
      const options = { judge: modelJudge.id, ledger, answers, answersOf: id };
      return { judge: modelJudge.id, temperature: judge.temperature, ...createMetricModel(judge, options) };
    }

    return {
      name: id,
      selection: { sample: config.sample, when: config.when },
      measures: [
        ...metrics.map((metric) => toMetricMeasure(metric, model)),
        ...config.expectations.map((expectation) => toExpectationMeasure(expectation, model)),
      ],
      ...(needsModel && model === undefined ? { off: noModel(modelJudge?.id) } : {}),
      async shutdown() {
        model?.close();
      },
    };
  },
};

function noModel(judge: string | undefined): string {
  if (judge === undefined) return "it asks a model, and there is no judge of type llm to ask by";
  return `it asks the model of the judge ${judge}, which has no API key: set TURNWISE_LLM_API_KEY`;
}
