import { z } from "zod";
import type { Validation } from "../validation.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { expectedCalls, fits, refuseUnrecorded, toExpectedCall, type ExpectedCall, type Fit } from "./expected-call.ts";
import { pairBest } from "./pair-best.ts";
import { callsOf, turnsOf, type MadeCall } from "./select-turns.ts";
import { listNames, matchesName } from "./tool-name.ts";
import { commonFields, defineValidator } from "./validator.ts";

const configSchema = z.strictObject({
  type: z.literal("tool_arguments"),
  ...commonFields,
  calls: expectedCalls.min(1),
  /**
   * `each_expected`: each expected call finds a call of its own, in whatever order; others may be there. `each_made`: each call
   * of a tool that is named fits one of those expected of that tool, which is so too when there is none.
   */
  match: z.enum(["each_expected", "each_made"]).default("each_expected"),
});

/** Like `tool_order` in mode `superset`, and tells which arguments are wrong of the calls that come nearest. */
export const toolArguments = defineValidator({
  type: "tool_arguments",
  description: "Tools were called with the arguments expected: values, partly or exactly, or conditions on them.",
  configSchema,
  check: ({ calls, match, turn }) => {
    const expected = calls.map(toExpectedCall);
    return (trajectory) => {
      const made = callsOf(turnsOf(trajectory, turn));
      const validation = match === "each_expected" ? checkExpected(expected, made) : checkMade(expected, made);
      if (!validation.passed) refuseUnrecorded(expected, made);
      return validation;
    };
  },
});

function checkExpected(expected: readonly ExpectedCall[], made: readonly MadeCall[]): Validation {
  const rows = expected.map(({ fit }) => made.map((call) => fit(call)));
  const columns = pairBest(rows.map((row) => row.map((fit) => weightOf(fit, expected.length))));
  const problems = expected.flatMap(({ tool }, row) => {
    const column = columns[row];
    const fit = column === undefined ? undefined : rows[row]?.[column];
    if (fit === undefined || column === undefined) return [`no call is left for ${excerptOf(tool, 80)}`];
    return fits(fit) ? [] : [`call ${column + 1} (${nameOf(made[column])}) has wrong: ${listNames(fit.wrong)}`];
  });
  const found = `${expected.length - problems.length} of ${expected.length} expected calls were made as expected`;
  return { passed: problems.length === 0, explanation: sentence(found, problems) };
}

/** One more pair that fits outweighs whatever the others have in common; and a wrong call is better than none. */
const weightOf = (fit: Fit, rows: number): number => (fits(fit) ? rows * 2 + 2 : fit.isSameTool ? 1 + fit.share : 0);

function checkMade(expected: readonly ExpectedCall[], made: readonly MadeCall[]): Validation {
  const problems: string[] = [];
  let looked = 0;
  for (const [at, call] of made.entries()) {
    const ofTool = expected.filter(({ tool }) => matchesName(tool, call.call.name));
    if (ofTool.length === 0) continue;
    looked += 1;
    const all = ofTool.map(({ fit }) => fit(call));
    if (all.some(fits)) continue;
    const nearest = all.reduce((best, fit) => (fit.share > best.share ? fit : best));
    problems.push(`call ${at + 1} (${nameOf(call)}) has wrong: ${listNames(nearest.wrong)}`);
  }
  const found = `${looked - problems.length} of ${looked} calls of these tools are as expected`;
  return { passed: problems.length === 0, explanation: sentence(found, problems) };
}

const nameOf = (made: MadeCall | undefined): string => excerptOf(made?.call.name ?? "", 80);

const shownProblems = 5;

function sentence(found: string, problems: readonly string[]): string {
  const more = problems.length - shownProblems;
  const shown = [...problems.slice(0, shownProblems), ...(more > 0 ? [`and ${more} more`] : [])];
  return shown.length === 0 ? `${found}.` : `${found}; ${shown.join("; ")}.`;
}
