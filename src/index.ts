/**
 * What a program that imports `turnwise` gets: the client of a running server, its errors, and the shapes of what it sends and
 * gets; what `turnwise/evaluation` reads of a session; and how several trials of a judge of its own become one grade or score.
 */
export * from "@turnwise/client";
export { trajectoryOf, type AnySession } from "./matched-session.ts";
export { EvaluationError, type EvaluationErrorCode } from "./evaluation/evaluation-error.ts";
export { parseGrade, type Grade } from "./evaluation/voting/grade.ts";
export type { AskJudge, GradedTrial, GradeVote, JudgeReply } from "./evaluation/voting/graded-trial.ts";
export { passAt, passHat, type TriedTrials } from "./evaluation/voting/pass-at.ts";
export { reduceScores, type MetricValue, type ScoreReducer } from "./evaluation/voting/reduce-scores.ts";
export { voteInRounds, type RoundsOptions } from "./evaluation/voting/vote-in-rounds.ts";
export { voteInWaves, type WaveVoteOptions } from "./evaluation/voting/vote-in-waves.ts";
