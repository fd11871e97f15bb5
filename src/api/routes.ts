/** All routes. Whoever may call a route is decided by its `access`; tests of that are generated from this list. */
import type { Route } from "./route.ts";
import { deleteUser, getCounts, getStats, listUsers, suspendUser, unsuspendUser } from "./routes/admin.ts";
import { getMe, logIn, register, rotateKey } from "./routes/auth.ts";
import { cancelBackfills, getBackfills, requestBackfill } from "./routes/backfills.ts";
import { analyseFailures, getRunFailures, getSafetySummary } from "./routes/evaluation-failures.ts";
import { getRunItem, listRunItems } from "./routes/evaluation-items.ts";
import { cancelJob, getJob, getJobStatus } from "./routes/evaluation-jobs.ts";
import {
  checkAuth,
  createProject,
  getProject,
  getProjectMetrics,
  listMetricTemplates,
  listProjects,
  putProjectMetrics,
} from "./routes/evaluation-projects.ts";
import { compareRuns, getTrends } from "./routes/evaluation-results.ts";
import { deleteRun, getRun, getRunMetrics, listRuns } from "./routes/evaluation-runs.ts";
import { evaluate, evaluateSessions, evaluateTraceItems } from "./routes/evaluation-start.ts";
import { deleteDataset, getDataset, listDatasetItems, listDatasets } from "./routes/datasets.ts";
import { evaluateOtlp } from "./routes/evaluation-otlp.ts";
import { makeDatasetFromSessions, uploadDataset } from "./routes/datasets-new.ts";
import { getHealth } from "./routes/health.ts";
import { deleteLabel, importLabels, listLabels, listSessionLabels, putLabel } from "./routes/labels.ts";
import { listJudges } from "./routes/judges.ts";
import { createOpenApiRoutes } from "./routes/openapi.ts";
import { dropParkedRequest, listParkedRequests, retryParkedRequest } from "./routes/parked-requests.ts";
import { cancelRebuilds, getRebuilds, rebuildSession, rebuildSessions } from "./routes/rebuilds.ts";
import { closeSession, judgeSession } from "./routes/session-judging.ts";
import { explainSessionRoute } from "./routes/session-explain.ts";
import { getJudgeSpans } from "./routes/session-judge-spans.ts";
import { getSessionSpans } from "./routes/session-spans.ts";
import { streamSession } from "./routes/session-stream.ts";
import { deleteSession, getSession, listSessions } from "./routes/sessions.ts";
import { streamTrace } from "./routes/trace-stream.ts";
import { submitText } from "./routes/trace-text.ts";
import { submitVoice } from "./routes/trace-voice.ts";
import { submitTraceBatch } from "./routes/traces-batch.ts";
import { evaluateTrace } from "./routes/traces-evaluate.ts";
import { appendTraceMessages, closeTraceStream, openTraceStream } from "./routes/traces-streaming.ts";
import { deleteTrace, deleteTraces, getTrace, listTraces, submitTrace } from "./routes/traces.ts";

export const routes: readonly Route[] = [
  getHealth,
  ...createOpenApiRoutes(() => routes),
  listSessions,
  getSession,
  deleteSession,
  getSessionSpans,
  getJudgeSpans,
  explainSessionRoute,
  streamSession,
  judgeSession,
  closeSession,
  listSessionLabels,
  putLabel,
  deleteLabel,
  listLabels,
  importLabels,
  listJudges,
  requestBackfill,
  getBackfills,
  cancelBackfills,
  rebuildSession,
  rebuildSessions,
  getRebuilds,
  cancelRebuilds,
  listTraces,
  submitTrace,
  submitTraceBatch,
  submitText,
  submitVoice,
  deleteTraces,
  openTraceStream,
  appendTraceMessages,
  closeTraceStream,
  evaluateTrace,
  getTrace,
  deleteTrace,
  streamTrace,
  listParkedRequests,
  retryParkedRequest,
  dropParkedRequest,
  register,
  logIn,
  getMe,
  rotateKey,
  listUsers,
  getCounts,
  getStats,
  suspendUser,
  unsuspendUser,
  deleteUser,
  checkAuth,
  listProjects,
  createProject,
  getProject,
  getProjectMetrics,
  putProjectMetrics,
  listMetricTemplates,
  evaluate,
  evaluateTraceItems,
  evaluateSessions,
  evaluateOtlp,
  listRuns,
  getRun,
  deleteRun,
  getRunMetrics,
  listRunItems,
  getRunItem,
  getTrends,
  compareRuns,
  getJob,
  getJobStatus,
  cancelJob,
  getRunFailures,
  analyseFailures,
  getSafetySummary,
  listDatasets,
  uploadDataset,
  makeDatasetFromSessions,
  getDataset,
  listDatasetItems,
  deleteDataset,
];
