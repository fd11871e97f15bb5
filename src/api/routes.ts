/** All routes. Whoever may call a route is decided by its `access`; tests of that are generated from this list. */
import type { Route } from "./route.ts";
import { getHealth } from "./routes/health.ts";
import { closeSession, judgeSession } from "./routes/session-judging.ts";
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
  streamSession,
  judgeSession,
  closeSession,
  listTraces,
  submitTrace,
  getTrace,
  deleteTrace,
  streamTrace,
];
