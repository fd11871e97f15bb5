/** Cases, answers and results for tests of running and reporting. */
import type { AgentAnswer, AnsweredTurn } from "../../../src/evaluation/cases/agent-answer.ts";
import type { Agent } from "../../../src/evaluation/cases/agent.ts";
import type { EvalCase } from "../../../src/evaluation/cases/eval-case.ts";
import type { ScoreCase } from "../../../src/evaluation/cases/score-case.ts";
import type { CaseResult, RunResult, TrialResult } from "../../../src/evaluation/cases/trial-result.ts";

export const evalCase = (given: Partial<EvalCase> = {}): EvalCase => ({
  id: "case",
  inputs: ["hi"],
  expectedTools: [],
  validators: [],
  metadata: {},
  ...given,
});

export const answerOf = (given: Partial<AgentAnswer> = {}): AgentAnswer => ({
  output: "hello",
  toolCalls: [],
  reasoningTrace: [],
  ...given,
});

/** What came of a turn in which the user said `hi`. */
export const turnOf = (given: Partial<AgentAnswer> = {}): AnsweredTurn => ({ input: "hi", ...answerOf(given) });

/** Says hello whatever it is asked. */
export const friendly: Agent = async () => answerOf();

/** Every answer is worth as much. */
export const scoredAs =
  (value: number | null): ScoreCase =>
  async () => ({ value, metrics: [], validations: [] });

export const trialOf = (given: Partial<TrialResult> = {}): TrialResult => ({
  trial: 1,
  status: "passed",
  attempts: 1,
  turns: [turnOf()],
  score: 1,
  metrics: [],
  validations: [],
  durationMs: 1500,
  ...given,
});

export const failedTrial: TrialResult = trialOf({ status: "failed", score: 0.5 });

export const caseOf = (id: string, ...trials: readonly TrialResult[]): CaseResult => {
  const passes = trials.filter(({ status }) => status === "passed").length;
  const score = trials[0]?.score ?? null;
  return { id, passed: passes === trials.length, passRate: passes / trials.length, score, trials };
};

export const runOf = (...cases: readonly CaseResult[]): RunResult => ({
  name: "shop agent",
  startedAt: new Date("2026-10-01T12:00:00Z"),
  durationMs: 2500,
  cases,
  score: 0.75,
});

/** What agents may write to get into a report. */
export const hostileText =
  "</failure><script>alert(1)</script> ]]> & \"quoted\" 'single' \u0000\u001b[31m\ud800 ``` `code` @everyone ![x](http://evil) | cell |\n# heading";
