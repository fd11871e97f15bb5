/** Does a judge model find that an agent has reached a subgoal? Source: agent_inspect's SubGoalCompletionValidator. */
import { InvalidInputError } from "../evaluation-error.ts";
import { answersOf, askForGrade, type GradingOptions } from "../grading/ask-for-grade.ts";
import { fillPrompt, templateOf } from "../grading/templates.ts";
import type { ExpectationValidation } from "../metrics/expectation.ts";
import { strip } from "../python-text.ts";
import type { TrajectoryTurn } from "../trajectory-turn.ts";
import { checkTurns, type TurnOptions } from "./check-turns.ts";
import { renderDialogue, renderInputs, renderResponses, renderTrajectories } from "./render-turns.ts";

export interface Subgoal {
  /** What is to be reached, in words. */
  readonly details: string;
  readonly type?: string;
  /** After which turn, for metrics that ask; a validator judges the turns that it is given. */
  readonly turn?: number;
}

export interface SubgoalOptions extends GradingOptions, TurnOptions {
  /** What the judge said in each trial is added to the notes. Default false. */
  readonly includeJudgeExplanations?: boolean;
  /** Default false. */
  readonly includePrompt?: boolean;
}

export interface DialogueOptions extends SubgoalOptions {
  /** What the (simulated) user was told to want. Absent or blank: the judge is not told. */
  readonly userTask?: string;
  /**
   * Replaces the built-in prompt. Fields: `subgoal`, `trajectories`, `answers`, `dynamicDialogue`, `nonce`, and `userTask` when
   * there is one. It must ask for a last line `GRADE: C` or `GRADE: I`.
   */
  readonly template?: string;
  /** A tool that the subgoal needs must have been called in the trajectory, whatever was answered. Default false. */
  readonly strict?: boolean;
}

export interface SubgoalValidation extends ExpectationValidation {
  readonly subgoal: Subgoal;
  /** What the judge was asked, when that was wanted. */
  readonly prompt?: string;
}

/**
 * In the last of these turns; those before it are what the judge understands it by. Rejects with InvalidInputError 050008 before
 * anything is asked, and with EvaluationError 050000 or 050007 when the judge's trials give no grade.
 */
export async function validateSubgoal(
  turns: readonly TrajectoryTurn[],
  subgoal: Subgoal,
  options: SubgoalOptions,
): Promise<SubgoalValidation> {
  checkInput(turns, subgoal, options);
  const past = turns.slice(0, -1);
  const current = turns.slice(-1);
  const numbered = past.length > 0;
  const values = {
    subgoal: subgoal.details,
    questions: renderInputs(current, { numbered }),
    trajectories: renderTrajectories(current, { numbered }),
    answers: renderResponses(current, { numbered }),
  };
  if (!numbered) return grade(subgoal, fillPrompt(templateOf("single-turn"), values), options);
  const pastValues = {
    past_user_inputs: renderInputs(past, { numbered }),
    past_agent_trajectories: renderTrajectories(past, { numbered }),
    past_agent_responses: renderResponses(past, { numbered }),
  };
  return grade(subgoal, fillPrompt(templateOf("current-turn"), { ...values, ...pastValues }), options);
}

/** In any of these turns. Rejects as `validateSubgoal` does, and also when a template of one's own cannot be filled. */
export async function validateSubgoalInDialogue(
  turns: readonly TrajectoryTurn[],
  subgoal: Subgoal,
  options: DialogueOptions,
): Promise<SubgoalValidation> {
  checkInput(turns, subgoal, options);
  const { userTask = "", strict = false } = options;
  const hasTask = strip(userTask) !== "";
  const template = options.template ?? templateOf(`${strict ? "strict-" : ""}dialogue${hasTask ? "-with-task" : ""}`);
  const prompt = fillPrompt(template, {
    subgoal: subgoal.details,
    trajectories: renderTrajectories(turns, { numbered: true }),
    answers: renderResponses(turns, { numbered: true }),
    dynamicDialogue: renderDialogue(turns),
    ...(hasTask ? { userTask } : {}),
  });
  return grade(subgoal, prompt, options);
}

function checkInput(turns: readonly TrajectoryTurn[], { details }: Subgoal, options: TurnOptions): void {
  checkTurns(turns, options);
  if (details === "")
    throw new InvalidInputError("050008", "The subgoal is missing details for the judge to evaluate.");
}

async function grade(subgoal: Subgoal, prompt: string, options: SubgoalOptions): Promise<SubgoalValidation> {
  const vote = await askForGrade({ prompt }, options);
  const passed = vote.grade === 1;
  const outcome = passed ? "passed successfully" : "failed";
  return {
    passed,
    explanation: `Check: "${subgoal.details}" has ${outcome}.`,
    notes: options.includeJudgeExplanations === true ? answersOf(vote) : [],
    subgoal,
    ...(options.includePrompt === true ? { prompt } : {}),
  };
}
