import type { ComponentContext } from "../component/component.ts";
import type { Evaluator, EvaluatorFactory, EvaluatorNeeds } from "../component/evaluator.ts";
import type { ComponentConfig, Config } from "../config/config.ts";

export interface EvaluatorConfigs {
  /** In the configured order. */
  readonly evaluators: readonly ComponentConfig[];
  /** The judge whose model they ask. Absent: there is none. */
  readonly modelJudge?: ComponentConfig;
}

/** What the configured evaluators are created of; it can be sent to another thread. */
export function evaluatorConfigsOf({ evaluators, judges, service }: Config): EvaluatorConfigs {
  const { judge } = service.evaluation;
  const modelJudge = judge === undefined ? undefined : judges.get(judge);
  return {
    evaluators: service.sessions.evaluators.flatMap((id) => evaluators.get(id) ?? []),
    ...(modelJudge === undefined ? {} : { modelJudge }),
  };
}

/** Creates evaluators where they run: in the judge thread, and in the server only to know who they are. */
export function createEvaluators(
  { evaluators, modelJudge }: EvaluatorConfigs,
  factories: readonly EvaluatorFactory<unknown>[],
  context: Omit<ComponentContext & EvaluatorNeeds, "id" | "modelJudge">,
): readonly Evaluator[] {
  return evaluators.map(({ id, type, config }) => {
    const factory = factories.find((candidate) => candidate.type === type);
    if (factory === undefined) throw new Error(`evaluators::${id}: there is no evaluator of type ${type}`);
    return factory.create(config, { id, ...context, ...(modelJudge === undefined ? {} : { modelJudge }) });
  });
}
