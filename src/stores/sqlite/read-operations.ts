/** Everything that only reads, as functions over a read-only connection. */
import type { Database } from "better-sqlite3";
import { createCountRequestedBuilds, createCountWaiting } from "./count-waiting.ts";
import { createReadAccounts } from "./read-accounts.ts";
import { createFindSessions } from "./find-sessions.ts";
import { createReadIntake } from "./intake-reads.ts";
import { createReadBackfills } from "./read-backfills.ts";
import { createReadLabels } from "./read-labels.ts";
import { createReadAnswer } from "./answer-rows.ts";
import { createReadJudgeSpans } from "./judge-span-rows.ts";
import { createReadDatasets } from "./read-datasets.ts";
import { createReadEvaluationProjects } from "./read-evaluation-projects.ts";
import { createReadFacts } from "./read-facts.ts";
import { createReadMetricScores } from "./read-metric-scores.ts";
import { createReadQueue } from "./read-queue.ts";
import { createReadRunAnswer } from "./run-answers.ts";
import { createReadRunItems } from "./read-run-items.ts";
import { createReadRunValues } from "./read-run-values.ts";
import { createReadRuns } from "./read-runs.ts";
import { createReadSessions } from "./read-sessions.ts";
import { createReadSpend } from "./spend-rows.ts";
import { createReadStats } from "./read-stats.ts";

export type ReadOperations = ReturnType<typeof createReadOperations>;

export function createReadOperations(db: Database) {
  return {
    ...createReadFacts(db),
    ...createReadSessions(db),
    ...createFindSessions(db),
    ...createReadLabels(db),
    readMetricScores: createReadMetricScores(db),
    ...createReadBackfills(db),
    ...createReadEvaluationProjects(db),
    ...createReadDatasets(db),
    ...createReadRuns(db),
    ...createReadRunAnswer(db),
    ...createReadRunItems(db),
    ...createReadRunValues(db),
    ...createReadQueue(db),
    ...createReadAccounts(db),
    readStats: createReadStats(db),
    readSpend: createReadSpend(db),
    readAnswer: createReadAnswer(db),
    ...createReadIntake(db),
    ...createReadJudgeSpans(db),
    countWaiting: createCountWaiting(db),
    countRequestedBuilds: createCountRequestedBuilds(db),
  };
}
