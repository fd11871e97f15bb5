/** All routes. Whoever may call a route is decided by its `access`; tests of that are generated from this list. */
import type { Route } from "./route.ts";
import { getHealth } from "./routes/health.ts";
import { dropParkedRequest, listParkedRequests, retryParkedRequest } from "./routes/parked-requests.ts";
import { getRebuilds, rebuildSession, rebuildSessions } from "./routes/rebuilds.ts";
import { closeSession, judgeSession } from "./routes/session-judging.ts";
import { explainSessionRoute } from "./routes/session-explain.ts";
import { getSessionSpans } from "./routes/session-spans.ts";
import { streamSession } from "./routes/session-stream.ts";
import { deleteSession, getSession, listSessions } from "./routes/sessions.ts";
import { streamTrace } from "./routes/trace-stream.ts";
import { deleteTrace, getTrace, listTraces, submitTrace } from "./routes/traces.ts";

export const routes: readonly Route[] = [
  getHealth,
  listSessions,
  getSession,
  deleteSession,
  getSessionSpans,
  explainSessionRoute,
  streamSession,
  judgeSession,
  closeSession,
  rebuildSession,
  rebuildSessions,
  getRebuilds,
  listTraces,
  submitTrace,
  getTrace,
  deleteTrace,
  streamTrace,
  listParkedRequests,
  retryParkedRequest,
  dropParkedRequest,
];
