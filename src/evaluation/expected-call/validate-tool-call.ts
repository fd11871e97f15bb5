/** Did an agent make an expected tool call? Source: agent_inspect's ToolCallCompletionValidator. */
import type { JsonValue, ToolCall } from "../../model/session.ts";
import type { ExpectationValidation } from "../metrics/expectation.ts";
import { strip } from "../python-text.ts";
import { checkTurns, type TurnOptions } from "../subgoal/check-turns.ts";
import { showValue } from "../subgoal/render-turns.ts";
import type { TrajectoryTurn } from "../trajectory-turn.ts";
import { compareValue, type CompareOptions } from "./compare-value.ts";
import { checkExpectedCall, type ExpectedToolCall } from "./expected-tool-call.ts";

export interface ToolCallOptions extends CompareOptions, TurnOptions {
  /** As agent_inspect: votes in waves, whatever `voting` says. Default false. */
  readonly alwaysInWaves?: boolean;
  /** As agent_inspect: of several expectations of the same argument only the last counts. Default false: all must hold. */
  readonly lastOfSameName?: boolean;
}

export interface ToolCallValidation extends ExpectationValidation {
  readonly expectedCall: ExpectedToolCall;
}

/**
 * In the last of these turns: one call of the tool of which every expected argument and the output are right. Other calls may
 * fail. Explanation and notes are of that call, or else of every call of the tool, in order. Rejects with InvalidInputError 050008
 * or 050009 before anything is asked, and with EvaluationError 050000 or 050007 when a judge's trials give no grade.
 */
export async function validateToolCall(
  turns: readonly TrajectoryTurn[],
  expectedCall: ExpectedToolCall,
  options: ToolCallOptions,
): Promise<ToolCallValidation> {
  checkTurns(turns, options);
  checkExpectedCall(expectedCall);
  const failures: ExpectationValidation[] = [];
  for (const call of callsOf(turns.at(-1), expectedCall.tool)) {
    const validation = await compareCall(call, expectedCall, options);
    if (validation.passed) return { ...validation, expectedCall };
    failures.push(validation);
  }
  const none = `No matching tool name "${expectedCall.tool}" is found for expected tool in this agent turn`;
  const [explanation = none, ...notes] = failures.flatMap(linesOf);
  return { passed: false, explanation, notes, expectedCall };
}

function callsOf(turn: TrajectoryTurn | undefined, tool: string): readonly ToolCall[] {
  const calls = turn?.steps.filter((step) => step.type === "tool_call") ?? [];
  return calls.filter(({ name }) => strip(name) === strip(tool));
}

async function compareCall(
  call: ToolCall,
  expectedCall: ExpectedToolCall,
  options: ToolCallOptions,
): Promise<ExpectationValidation> {
  const grading: CompareOptions = options.alwaysInWaves === true ? { ...options, voting: "waves" } : options;
  const compared = new Map<string, ExpectationValidation>();
  for (const [place, expected] of (expectedCall.arguments ?? []).entries()) {
    const label = `Argument "${expected.name}"`;
    const step = { tool_name: call.name, tool_arguments: showValue(call.arguments) };
    const key = options.lastOfSameName === true ? expected.name : String(place);
    compared.set(key, await compareValue({ label, expected, actual: argumentOf(call, expected.name), step }, grading));
  }
  const parts = [...compared.values(), ...(await compareOutput(call, expectedCall, grading))];
  const passed = parts.every((part) => part.passed);
  const outcome = passed
    ? "passed all input arguments check and output check successfully"
    : "failed input arguments check or output check";
  return {
    passed,
    explanation: `Tool "${expectedCall.tool}" call has ${outcome}.`,
    notes: [`Tool name: ${expectedCall.tool} matched.`, ...parts.flatMap(linesOf)],
  };
}

const linesOf = ({ explanation, notes }: ExpectationValidation): readonly string[] => [explanation, ...notes];

/** What a failed tool said is what it put out. */
async function compareOutput(
  call: ToolCall,
  { output: expected }: ExpectedToolCall,
  options: CompareOptions,
): Promise<readonly ExpectationValidation[]> {
  if (expected === undefined) return [];
  const actual = call.result ?? call.error ?? null;
  const step = { tool_name: call.name, tool_output: showValue(actual) };
  return [await compareValue({ label: "Tool output", expected, actual, step }, options)];
}

/** Arguments that are no JSON object are one argument named `arguments`. Undefined: it was not given. */
function argumentOf({ arguments: given }: ToolCall, name: string): JsonValue | undefined {
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  const all: readonly (readonly [string, JsonValue])[] = isObject ? Object.entries(given) : [["arguments", given]];
  return all.find(([key]) => strip(key) === strip(name))?.[1];
}
