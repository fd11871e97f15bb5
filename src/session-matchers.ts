/** The matchers of `turnwise/vitest`: what each says of a session, and how it says that something else was found. */
import type { MatcherState } from "vitest";
import { createValidator, type ExpectationConfig } from "./evaluation/validators/validators.ts";
import { matchesName } from "./evaluation/validators/tool-name.ts";
import { replyOf } from "./evaluation/validators/select-turns.ts";
import type { ValidatorNeeds } from "./evaluation/validators/validator.ts";
import { type MatchedSession, toMatchedSession } from "./matched-session.ts";
import type { ToolCall } from "./model/session.ts";

interface Result {
  readonly pass: boolean;
  readonly message: () => string;
}

/** Arguments by name; others may have been given as well. `expect.any(String)` and its like are understood. */
export type ExpectedArguments = Readonly<Record<string, unknown>>;

/** An expectation as docs/validators.md has it. */
export type Expectation = Pick<ExpectationConfig, "type"> & Readonly<Record<string, unknown>>;

/** What `expect(session)` gets. A matcher that cannot tell, because nothing was judged for instance, throws, also after `not`. */
export interface SessionMatchers {
  /** A tool of this name (`*` stands for any characters) was called; with these arguments in the same call, if they are given. */
  toHaveUsedTool(name: string, args?: ExpectedArguments): void;
  /** A tool call ended with an error. */
  toHaveFailedToolCall(): void;
  /** The last reply has the text, or matches the pattern. */
  toHaveReplied(wanted: string | RegExp): void;
  /** A judge found a turn harmful (score -1). Mostly said with `not`. */
  toHaveHarmfulTurn(): void;
  /** The judge of the whole found that the agent did what it was asked. */
  toHaveCompleted(): void;
  /** The score of the whole (-1, 0, 1); or the mean (0..1) of a metric, named `evaluator/name`. */
  toScoreAtLeast(least: number, metric?: string): void;
  /** In US dollars. */
  toCostAtMost(most: number): void;
  /** Any validator: `await expect(session).toMeet({ type: "tool_order", calls: [...] })`; judged ones with `{ client }`. */
  toMeet(expectation: Expectation, needs?: ValidatorNeeds): Promise<void>;
}

type Matchers = {
  readonly [Name in keyof SessionMatchers]: (
    this: MatcherState,
    session: unknown,
    ...args: Parameters<SessionMatchers[Name]>
  ) => Result | Promise<Result>;
};

export const sessionMatchers: Matchers = {
  toHaveUsedTool(session, name, args) {
    const calls = callsOf(toMatchedSession(session));
    const named = calls.filter((call) => matchesName(name, call.name));
    const pass = named.some((call) => args === undefined || hasArguments(call, args, this.equals));
    const wanted = args === undefined ? name : `${name} with ${this.utils.stringify(args)}`;
    const found =
      named.length === 0 ? `Called: ${list(calls.map((call) => call.name))}` : `Called: ${list(named.map(shown))}`;
    return result(pass, `the session to have used the tool ${wanted}`, found);
  },

  toHaveFailedToolCall(session) {
    const failed = callsOf(toMatchedSession(session)).filter(({ error }) => error !== undefined);
    const found = `Failed: ${list(failed.map(({ name, error = "" }) => `${name} (${error})`))}`;
    return result(failed.length > 0, "the session to have a tool call that failed", found);
  },

  toHaveReplied(session, wanted) {
    const reply = replyOf(toMatchedSession(session).trajectory, undefined) ?? "";
    // A pattern that is used again would go on where it found something before, if it were asked by `test`.
    const pass = typeof wanted === "string" ? reply.includes(wanted) : reply.search(wanted) >= 0;
    return result(pass, `the last reply to have ${String(wanted)}`, `The reply: ${reply}`);
  },

  toHaveHarmfulTurn(session) {
    const { turnJudgements } = toMatchedSession(session);
    if (turnJudgements.length === 0) throw new Error("no turn of the session has been judged");
    const harmful = turnJudgements.filter(({ score }) => score < 0);
    const turns = list(harmful.map(({ turn, reasoning }) => `turn ${turn} (${reasoning})`));
    return result(harmful.length > 0, "the session to have a harmful turn", `Harmful: ${turns}`);
  },

  toHaveCompleted(session) {
    const { completed, reasoning } = judgedOf(toMatchedSession(session));
    return result(completed, "the session to have been completed", `The judge: ${reasoning}`);
  },

  toScoreAtLeast(session, least, metric) {
    const { score, found } = scoreOf(toMatchedSession(session), metric);
    return result(score >= least, `the ${metric ?? "session's"} score to be at least ${least}`, found);
  },

  toCostAtMost(session, most) {
    const { costUsd } = toMatchedSession(session);
    if (costUsd === undefined) throw new Error("what the session cost is not known");
    return result(costUsd <= most, `the session to cost at most ${most} USD`, `It cost ${costUsd} USD`);
  },

  async toMeet(session, expectation, needs = {}) {
    const { trajectory } = toMatchedSession(session);
    const { passed, explanation } = await createValidator(expectation, needs)(trajectory);
    return result(passed, `the session to meet ${expectation.type}`, explanation);
  },
};

function scoreOf(matched: MatchedSession, metric: string | undefined) {
  if (metric === undefined) {
    const { score, reasoning } = judgedOf(matched);
    return { score, found: `It is ${score}: ${reasoning}` };
  }
  const values = matched.metricScores.filter((each) => each.metric === metric).map(({ value }) => value);
  if (values.length === 0) throw new Error(`the session has no score of the metric ${metric}`);
  const score = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { score, found: `It is ${score}` };
}

function judgedOf({ judged }: MatchedSession): NonNullable<MatchedSession["judged"]> {
  if (judged === undefined) throw new Error("the session as a whole has not been judged");
  return judged;
}

const callsOf = ({ trajectory }: MatchedSession): readonly ToolCall[] =>
  trajectory.turns.flatMap(({ steps }) => steps.filter((step) => step.type === "tool_call"));

function hasArguments(
  { arguments: given }: ToolCall,
  expected: ExpectedArguments,
  equals: MatcherState["equals"],
): boolean {
  const named = new Map<string, unknown>(typeof given === "object" && given !== null ? Object.entries(given) : []);
  return Object.entries(expected).every(([name, value]) => equals(named.get(name), value));
}

const shown = ({ name, arguments: given }: ToolCall): string => `${name} ${JSON.stringify(given)}`;

const list = (texts: readonly string[]): string => (texts.length === 0 ? "none" : texts.join("; "));

/** The same sentence whichever way it is expected; vitest shows it where it does not hold. */
const result = (pass: boolean, wanted: string, found: string): Result => ({
  pass,
  message: () => `expected ${pass ? wanted.replace(" to ", " not to ") : wanted}\n${found}`,
});
