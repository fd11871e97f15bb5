/** What went wrong and how often, out of what is stored: no model is asked. Source: VQ-20, VQ-21 */
import { summariseSafety } from "../../evaluation/run-results/safety-summary.ts";
import { sessionNotFound } from "../api-error.ts";
import { toFailureAnalysis, toSafetySummary } from "../evaluation/failure-detail.ts";
import { findRunFailures, findSessionFailures } from "../evaluation/find-failures.ts";
import { requireRun, runRefOf } from "../evaluation/find-evaluation.ts";
import { requireReadable } from "../evaluation/require-readable.ts";
import { readJudgedTurns } from "../evaluation/judged-turns.ts";
import { sessionChoiceSchema } from "../evaluation-request-contract.ts";
import {
  analyseFailuresSchema,
  failureAnalysisSchema,
  failureQuerySchema,
  safetySummarySchema,
} from "../failure-contract.ts";
import type { EvaluationRef } from "../../component/evaluations.ts";
import type { Store } from "../../component/store.ts";
import { type Answer, defineRoute } from "../route.ts";

export const getRunFailures = defineRoute({
  method: "get",
  path: "/v2/evaluate/runs/:run/failures",
  access: "read",
  query: failureQuerySchema,
  operation: {
    id: "getRunFailures",
    summary: "The failures of a run by their kinds, from its scores, tools' answers and judgements.",
    reply: { status: 200, schema: failureAnalysisSchema },
  },
  answer: async (call, { store }) => ({
    wait: async (ended) => analyseRun(store, runRefOf(call), call.query.limit, ended),
  }),
});

export const analyseFailures = defineRoute({
  method: "post",
  path: "/v2/failure-analysis/analyze",
  access: "read",
  body: analyseFailuresSchema,
  operation: {
    id: "analyzeFailures",
    summary: "The failures of a run, or of a stored session, by their kinds.",
    reply: { status: 200, schema: failureAnalysisSchema },
    errors: [404],
  },
  async answer({ ref: { project }, body: { run_id: run, session_id: session = "", limit } }, { store }) {
    if (run !== undefined) return { wait: async (ended) => analyseRun(store, { project, id: run }, limit, ended) };
    const judged = await store.getSession({ project, id: session });
    if (judged === undefined) throw sessionNotFound();
    const of = { run_id: null, session_id: judged.session.id, eval_metrics: {} };
    return { status: 200, body: toFailureAnalysis(findSessionFailures(judged), of, limit) };
  },
});

async function analyseRun(store: Store, ref: EvaluationRef, limit: number, ended: AbortSignal): Promise<Answer> {
  const run = await requireRun(store.evaluations, ref);
  requireReadable(run);
  const analysis = await findRunFailures(store, ref, run, ended);
  const means = Object.fromEntries(run.metrics.map(({ key, mean }) => [key, mean]));
  const of = { run_id: run.id, session_id: null, eval_metrics: means };
  return { status: 200, body: toFailureAnalysis(analysis, of, limit) };
}

export const getSafetySummary = defineRoute({
  method: "get",
  path: "/v2/security/summary",
  access: "read",
  query: sessionChoiceSchema,
  operation: {
    id: "getSafetySummary",
    summary: "How many judged turns of the chosen sessions were unsafe, and which sessions have most of them.",
    reply: { status: 200, schema: safetySummarySchema },
  },
  answer: async ({ ref: { project }, query }, { store }) => ({
    async wait(ended) {
      const { turns, hasMore } = await readJudgedTurns(store, project, query, ended);
      return { status: 200, body: toSafetySummary(summariseSafety(turns), hasMore) };
    },
  }),
});
