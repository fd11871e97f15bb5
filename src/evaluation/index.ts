/**
 * `turnwise/evaluation`: agents put to the test, and what they did scored, without a server. Pure functions, and asynchronous
 * ones that are given the agent or the model they ask.
 */
export {
  composite,
  costCeilingUsd,
  defaultGuards,
  defineGuard,
  GuardError,
  isGuardError,
  loop,
  maxSteps,
  type Guard,
  type Step as GuardStep,
  type Trip,
} from "@turnwise/instrumentation/guards";
export { EvaluationError, InvalidInputError, type EvaluationErrorCode } from "./evaluation-error.ts";
export { askEach, type ModelClient, type ModelReply, type ModelRequest } from "./model-client.ts";
export { createRetryingClient, type RetryingClientOptions } from "./retrying-client.ts";
export { exactMatch, type ExactMatchOptions } from "./checks/exact-match.ts";
export { llmCheck, type LlmCheck } from "./checks/llm-check.ts";
export { regexMatch, type RegexMatchOptions } from "./checks/regex-match.ts";
export type { ExpectedArgument, ExpectedToolCall, ExpectedValue } from "./expected-call/expected-tool-call.ts";
export { validateToolCall, type ToolCallOptions, type ToolCallValidation } from "./expected-call/validate-tool-call.ts";
export type { GradingOptions } from "./grading/ask-for-grade.ts";
export type { InspectedAgent, InspectedSample, InspectedValidation, Inspection } from "./inspection-page/inspection.ts";
export { toInspectionPage } from "./inspection-page/inspection-page.ts";
export {
  aggregateTrials,
  type ExperimentAggregates,
  type SampleTrials,
  type TrialAggregates,
} from "./metrics/aggregate-trials.ts";
export { passedShareOf, type PassedShare } from "./metrics/passed-share.ts";
export {
  analyseErrors,
  type AnalysedValidation,
  type ErrorAnalysis,
  type ErrorSample,
} from "./metrics/errors/analyse-errors.ts";
export type {
  ExpectationValidation,
  PlacedExpectation,
  Validated,
  ValidateExpectation,
} from "./metrics/expectation.ts";
export { judgeStatisticsOf, type JudgeStatistics } from "./metrics/judge-statistics.ts";
export {
  averageLatencyMs,
  countTokens,
  countToolCalls,
  totalLatencyMs,
  type TimedTurn,
  type TokenCounts,
} from "./metrics/observed.ts";
export { passAtK, passHatK, type TrialScores } from "./metrics/pass-at-k.ts";
export { areaUnderProgress, progressPerTurn } from "./metrics/progress-speed.ts";
export { scoreProgressThroughTurns, type ProgressThroughTurnsOptions } from "./metrics/progress-through-turns.ts";
export { scoreAtTurns, type ScoreAtTurnsOptions } from "./metrics/score-at-turns.ts";
export { successAtFinalTurn, successOf, type Success } from "./metrics/success.ts";
export { fromTau2Bench } from "./metrics/traces/from-tau2-bench.ts";
export { fromToolSandbox } from "./metrics/traces/from-tool-sandbox.ts";
export { toTrajectory, type TraceTurn } from "./metrics/traces/to-trajectory.ts";
export type { StepParents } from "./metrics/traces/trace-of-messages.ts";
export { readTurnTraces, type TraceStep, type TurnTrace } from "./metrics/traces/turn-trace.ts";
export {
  createUserProxy,
  type UserProxy,
  type UserProxyMessage,
  type UserProxyOptions,
} from "./metrics/user-proxy/create-user-proxy.ts";
export type { ProxyTurn } from "./metrics/user-proxy/render-history.ts";
export {
  validateSubgoal,
  validateSubgoalInDialogue,
  type DialogueOptions,
  type Subgoal,
  type SubgoalOptions,
  type SubgoalValidation,
} from "./subgoal/validate-subgoal.ts";
export type { TurnOptions } from "./subgoal/check-turns.ts";
export type { TrajectoryTurn } from "./trajectory-turn.ts";
export type { AgentAnswer, AgentToolCall, AnsweredTurn } from "./cases/agent-answer.ts";
export { AgentError, type AgentErrorCode } from "./cases/agent-error.ts";
export type { Agent, AgentContext, AgentRequest } from "./cases/agent.ts";
export { compareRuns, type CaseDifference, type CompareOptions, type RunComparison } from "./cases/compare-runs.ts";
export { evalCaseSchema, evalCasesSchema, type EvalCase } from "./cases/eval-case.ts";
export { fromAgentInspect } from "./cases/from-agent-inspect.ts";
export type { SimulatedUser } from "./cases/simulated-user.ts";
export { toHtmlReport } from "./cases/html-report.ts";
export { toJsonReport } from "./cases/json-report.ts";
export { toJunitReport } from "./cases/junit-report.ts";
export { toMarkdownReport } from "./cases/markdown-report.ts";
export { comparePairs, type PairedDifference } from "./paired-bootstrap.ts";
export { runCases, runDefaults, type RunOptions } from "./cases/run-cases.ts";
export type { CaseScore, CaseValidation, ScoreCase } from "./cases/score-case.ts";
export { scoreByExpectations } from "./cases/score-by-expectations.ts";
export type { CaseResult, RunResult, TrialError, TrialResult, TrialStatus } from "./cases/trial-result.ts";
export { heuristicMetrics, similarityOf, type HeuristicItem, type HeuristicMetric } from "./heuristics.ts";
export type { AskMetricModel, ItemMetric, ItemPart, MetricQuestion, ScoringNeeds } from "./item-metrics/item-metric.ts";
export { itemMetrics, metricOf } from "./item-metrics/item-metrics.ts";
export { itemOfTurn, itemsOfSession } from "./item-metrics/items-of-session.ts";
export { scoreItem, type WeightedMetric } from "./item-metrics/score-item.ts";
export {
  compareEvaluationRuns,
  type ComparedValues,
  type EvaluationComparison,
  type ItemDifference,
  type ItemsBesideBaseline,
  type MetricComparison,
} from "./run-results/compare-evaluation-runs.ts";
export {
  analyseFailures,
  type FailureAnalysis,
  type FailureOptions,
  type FailureSummary,
  type FailureTag,
} from "./run-results/failures/analyse-failures.ts";
export type { AnalysedItem } from "./run-results/failures/failure-sign.ts";
export {
  failureBuckets,
  failureSubcategories,
  type FailureSubcategory,
} from "./run-results/failures/failure-taxonomy.ts";
export { gradeOf, type QualityGrade } from "./run-results/grade.ts";
export { insightsOf, type Insight } from "./run-results/insights.ts";
export { summariseSafety, type SafetySummary } from "./run-results/safety-summary.ts";
export type { ArgumentMatcher } from "./validators/argument-matcher.ts";
export type { Validation } from "./validation.ts";
export type { Trajectory, Validate, ValidatorNeeds, ValidatorType } from "./validators/validator.ts";
export { createValidator, expectationSchema, validators, type ExpectationConfig } from "./validators/validators.ts";
export { parseGrade, type Grade } from "./voting/grade.ts";
export type { AskJudge, GradedTrial, GradeVote, JudgeReply } from "./voting/graded-trial.ts";
export { passAt, passHat, type TriedTrials } from "./voting/pass-at.ts";
export { reduceScores, type MetricValue, type ScoreReducer } from "./voting/reduce-scores.ts";
export { voteInRounds, type RoundsOptions } from "./voting/vote-in-rounds.ts";
export { voteInWaves, type WaveVoteOptions } from "./voting/vote-in-waves.ts";
export { AgentEvaluator, type EvaluatorOptions } from "./agent-evaluator/agent-evaluator.ts";
export type { AgentResult, CalledTool, CompleteResult, ReasoningStep } from "./agent-evaluator/agent-result.ts";
export type { AgentFunction, AgentRun } from "./agent-evaluator/agent-run.ts";
export { isPassed, type EvaluatedCase } from "./agent-evaluator/evaluated-case.ts";
export type { PromptCase, OutputCheck } from "./agent-evaluator/prompt-case.ts";
export { buildReport, type EvaluationReport, type ReportOptions } from "./agent-evaluator/evaluation-report.ts";
export { gateFailures, type GateMinimums } from "./agent-evaluator/gate.ts";
export { toReportJson, type CaseJson, type ReportJson } from "./agent-evaluator/report-json.ts";
export { toReportText } from "./agent-evaluator/report-text.ts";
export { runPromptCase, type PromptCaseOptions, type GuardMode } from "./agent-evaluator/run-prompt-case.ts";
export {
  scoreResult,
  type CaseScores,
  type ScoreWeights,
  type Scoring,
  type ScoringOptions,
} from "./agent-evaluator/score-result.ts";
export { resultOfSession } from "./agent-evaluator/session-result.ts";
