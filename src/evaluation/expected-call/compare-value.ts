/** One value of a tool call against what was expected of it, with the lines that say how that went. */
import type { JsonValue } from "../../model/session.ts";
import { answersOf, askForGrade, type GradingOptions } from "../grading/ask-for-grade.ts";
import { fillPrompt, templateOf } from "../grading/templates.ts";
import type { ExpectationValidation } from "../metrics/expectation.ts";
import { jsonText } from "../prompts/shortening.ts";
import { pythonEquals } from "../python-equals.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { showValue, toLine } from "../subgoal/render-turns.ts";
import type { ExpectedValue } from "./expected-tool-call.ts";

export interface ComparedValue {
  /** `Argument "x"`, `Tool output`. */
  readonly label: string;
  readonly expected: ExpectedValue;
  /** Undefined: it was not given. */
  readonly actual: JsonValue | undefined;
  /** The call, as the judge is shown it. */
  readonly step: JsonValue;
}

export interface CompareOptions extends GradingOptions {
  /** What the judge said in each trial follows the line that it is about. Default false. */
  readonly includeJudgeExplanations?: boolean;
}

export async function compareValue(compared: ComparedValue, options: CompareOptions): Promise<ExpectationValidation> {
  const { check } = compared.expected;
  return check === undefined ? compareExactly(compared) : compareByJudge(compared, check, options);
}

function compareExactly({ label, expected: { value = null }, actual }: ComparedValue): ExpectationValidation {
  const wanted = `Expected value: ${shown(value)}, expected type: ${typeName(value)}.`;
  if (actual === undefined) return failed(`${label} is not found in the actual tool call. ${wanted}`);
  if (pythonEquals(actual, value))
    return { passed: true, explanation: `${label} has passed exact match successfully.`, notes: [] };
  return failed(
    `${label} has failed exact match. ${wanted} Actual value: ${shown(actual)}, actual type: ${typeName(actual)}.`,
  );
}

const failed = (explanation: string): ExpectationValidation => ({ passed: false, explanation, notes: [] });

async function compareByJudge(
  { label, actual, step }: ComparedValue,
  check: string,
  options: CompareOptions,
): Promise<ExpectationValidation> {
  const prompt = fillPrompt(templateOf("tool-value"), {
    arg_value: toLine(showValue(actual ?? "")),
    gt_value: check,
    agent_tool_step: toLine(step),
  });
  const vote = await askForGrade({ prompt }, options);
  const passed = vote.grade === 1;
  const explanation = `${label} has ${passed ? "passed llm-as-a-judge successfully" : "failed llm-as-a-judge"}.`;
  return { passed, explanation, notes: options.includeJudgeExplanations === true ? answersOf(vote) : [] };
}

const maxShownChars = 500;

const shown = (value: JsonValue): string =>
  excerptOf(typeof value === "string" ? value : jsonText(value), maxShownChars);

function typeName(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
