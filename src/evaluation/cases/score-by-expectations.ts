/** Scores answered cases by what they expect: agent-evals' three dimensions, and each validator of the case. */
import type { Step, ToolCall } from "../../model/session.ts";
import { scoreResult, type ScoringOptions } from "../agent-evaluator/score-result.ts";
import { InvalidInputError } from "../evaluation-error.ts";
import type { TrajectoryTurn } from "../trajectory-turn.ts";
import type { Validate, ValidatorNeeds } from "../validators/validator.ts";
import { createValidator } from "../validators/validators.ts";
import { type AnsweredTurn, wholeAnswer } from "./agent-answer.ts";
import type { EvalCase } from "./eval-case.ts";
import type { CaseScore, CaseValidation, ScoreCase } from "./score-case.ts";

/** Throws InvalidInputError when a validator of one of the cases lacks what it needs. */
export function scoreByExpectations(
  cases: readonly EvalCase[],
  options: ScoringOptions & ValidatorNeeds = {},
): ScoreCase {
  const validators = new Map(cases.map((each) => [each.id, validatorsOf(each, options)]));
  return async (evalCase, turns): Promise<CaseScore> => {
    const { overall, ...scores } = await scoreResult(evalCase, wholeAnswer(turns), options);
    const trajectory = { turns: turns.map((answer, at) => toTurn(answer, at)) };
    const validations: CaseValidation[] = [];
    refuseUncounted(evalCase, turns);
    for (const { name, validate } of validators.get(evalCase.id) ?? validatorsOf(evalCase, options))
      validations.push({ name, ...(await validate(trajectory)) });
    return {
      value: overall,
      metrics: [
        { name: "task_completion", value: scores.taskCompletion },
        { name: "reasoning", value: scores.reasoning },
        { name: "tool_use", value: scores.toolUse },
      ],
      validations,
    };
  };
}

interface NamedValidator {
  readonly name: string;
  readonly validate: Validate;
}

function validatorsOf({ validators }: EvalCase, needs: ValidatorNeeds): readonly NamedValidator[] {
  return validators.map((config) => ({ name: config.name ?? config.type, validate: createValidator(config, needs) }));
}

/** An agent that does not say how many steps it took has not taken none. */
function refuseUncounted({ validators }: EvalCase, turns: readonly AnsweredTurn[]): void {
  const counts = validators.some(({ type, ...config }) => type === "step_count" && !countsToolCalls(config));
  if (counts && turns.some(({ stepsTaken }) => stepsTaken === undefined))
    throw new InvalidInputError("050008", "step_count: the agent does not say how many steps it took (steps_taken)");
}

const countsToolCalls = (config: object): boolean => "steps" in config && config.steps === "tool_calls";

function toTurn({ input, output, toolCalls, stepsTaken = 0 }: AnsweredTurn, at: number): TrajectoryTurn {
  const calls = toolCalls.map(({ name, arguments: toolArguments, result, error }): ToolCall => {
    const outcome = error === undefined ? (result === undefined ? {} : { result }) : { error };
    return { type: "tool_call", name, arguments: toolArguments, ...outcome };
  });
  const others = Math.max(0, Math.min(stepsTaken, mostSteps) - calls.length);
  const steps = [...calls, ...Array.from({ length: others }, (): Step => ({ type: "model_call" }))];
  return { turn: at + 1, userContent: input, assistantContent: output, steps };
}

/** More than any expectation speaks of; an agent may name any number. */
const mostSteps = 100_000;
