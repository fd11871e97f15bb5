/** The types of evaluators. There is one, so that a configuration names each evaluator freely. */
import type { EvaluatorFactory } from "../component/evaluator.ts";
import { standardEvaluator } from "./standard.ts";

export const evaluators: readonly EvaluatorFactory<unknown>[] = [standardEvaluator];
