/** Everything that changes the database, as functions that run inside the writer's transaction. */
import { createAccountRows } from "./account-rows.ts";
import { createAnswerRows } from "./answer-rows.ts";
import { createBackfillRows } from "./backfill-rows.ts";
import { createClaims } from "./claims.ts";
import { createCreateMessageSessions } from "./create-message-sessions.ts";
import { createDatasetRows } from "./dataset-rows.ts";
import { createDeleteSession } from "./delete-session.ts";
import { createDeleteSessions } from "./delete-sessions.ts";
import { createEvaluationLeftovers } from "./evaluation-leftovers.ts";
import { createEvaluationProjectRows } from "./evaluation-project-rows.ts";
import { createIntakeRows } from "./intake-rows.ts";
import { createJoinSession } from "./join-session.ts";
import { createJudgementRows } from "./judgement-rows.ts";
import { createLabelRows } from "./label-rows.ts";
import { createMetricScoreRows } from "./metric-score-rows.ts";
import { createNoteDamage } from "./note-damage.ts";
import { createMessageStreams } from "./message-streams.ts";
import { createQueueRows } from "./queue-rows.ts";
import { createRequestBuilds } from "./request-builds.ts";
import { createRunAnswers } from "./run-answers.ts";
import { createRunClaims } from "./run-claims.ts";
import { createRunRows } from "./run-rows.ts";
import { createSaveSession } from "./save-session.ts";
import { createSessionRows } from "./session-rows.ts";
import { createSharedRows } from "./shared-rows.ts";
import { createResumeJudging } from "./resume-judging.ts";
import { createSpendRows } from "./spend-rows.ts";
import { createSpanPayloads } from "./span-payloads.ts";
import { createTraceRows } from "./trace-rows.ts";
import type { WriteContext } from "./write-context.ts";
import { createWriteLogRecords } from "./write-log-records.ts";
import { createWriteSpans } from "./write-spans.ts";

export type WriteOperations = ReturnType<typeof createWriteOperations>["operations"];

/** `forget` drops everything that is remembered of rows, to be called after a rollback. */
export function createWriteOperations(context: WriteContext, conversationKeys: readonly string[]) {
  const sessions = createSessionRows(context);
  const traces = createTraceRows(context, sessions);
  const shared = createSharedRows(context.db);
  const payloads = createSpanPayloads(context.db);
  const parts = { sessions, traces, shared, payloads, conversationKeys };
  const forget = (): void => {
    for (const part of [sessions, traces, shared, payloads]) part.forget();
  };
  const streams = createMessageStreams(context, sessions);
  const claims = createClaims(context, sessions, streams);
  const spend = createSpendRows(context);
  const answers = createAnswerRows(context);
  const deleteSession = createDeleteSession(context, sessions, payloads, forget);
  const leftovers = createEvaluationLeftovers(context.db);
  const deleteSessions = createDeleteSessions(context, deleteSession);
  const operations = {
    writeSpans: createWriteSpans(context, parts),
    writeLogRecords: createWriteLogRecords(context, parts, claims.closeSession),
    createMessageSessions: createCreateMessageSessions(context),
    deleteSession,
    deleteSessions,
    joinSession: createJoinSession(context, sessions, forget),
    saveSession: createSaveSession(context),
    ...claims,
    ...streams.operations,
    ...createRequestBuilds(context, sessions),
    ...createBackfillRows(context),
    ...createJudgementRows(context),
    ...createLabelRows(context, sessions),
    ...createMetricScoreRows(context),
    ...spend.operations,
    ...answers.operations,
    resumeJudging: createResumeJudging(context, () => {
      spend.countAbandoned();
      answers.dropOld();
    }),
    ...createQueueRows(context),
    ...createNoteDamage(context.onDamage),
    ...createAccountRows(context, { deleteSessions, leftovers, forget }),
    ...createIntakeRows(context),
    ...createEvaluationProjectRows(context),
    ...createDatasetRows(context, leftovers.dropDataset),
    ...createRunRows(context, leftovers),
    ...createRunAnswers(context),
    ...createRunClaims(context),
    clearEvaluationLeftovers: leftovers.clear,
  };
  return { operations, forget };
}
