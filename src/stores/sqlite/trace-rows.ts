/** Traces as rows, and which sessions they belong to. */
import { LRUCache } from "lru-cache";
import type { SessionRow, SessionRows } from "./session-rows.ts";
import type { WriteContext } from "./write-context.ts";

const MAX_REMEMBERED = 20_000;
/** Each further span of a trace touches all of them; what more conversations a trace names is not told apart. */
const MAX_SESSIONS_OF_TRACE = 1000;

export interface TraceRow {
  readonly traceNo: number;
  /** Never empty after `place`. Several when spans of the trace name several conversations. */
  sessions: SessionRow[];
}

/** What one request brings of one trace. */
export interface Arrival {
  /** The 16 bytes, one character each. */
  readonly traceId: string;
  /** The conversations that its records name. */
  readonly conversationIds: Set<string>;
  /** The earliest start. */
  startUs: number;
  trace?: TraceRow;
  /** Whether anything about it was not known before. */
  hasNews: boolean;
}

const keyOf = (project: string, traceId: string): string => `${traceId}${project}`;

export type TraceRows = ReturnType<typeof createTraceRows>;

export function createTraceRows({ db }: WriteContext, sessions: SessionRows) {
  const remembered = new LRUCache<string, TraceRow>({ max: MAX_REMEMBERED });
  const find = db
    .prepare<[string, Buffer], number>("SELECT trace_no FROM traces WHERE project_id = ? AND trace_id = ?")
    .pluck();
  const insert = db.prepare("INSERT INTO traces (project_id, trace_id) VALUES (?, ?) ON CONFLICT DO NOTHING");
  const sessionsOf = db
    .prepare<[number], number>("SELECT session_no FROM session_traces WHERE trace_no = ? ORDER BY session_no")
    .pluck();
  const traceIdsOf = db
    .prepare<[number], Buffer>(
      "SELECT trace_id FROM session_traces JOIN traces USING (trace_no) WHERE session_no = ? ORDER BY trace_no",
    )
    .pluck();
  const link = db.prepare("INSERT INTO session_traces (session_no, trace_no) VALUES (?, ?)");

  function rowOf(project: string, traceId: string): TraceRow {
    const key = keyOf(project, traceId);
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const row = insertOrFind(project, Buffer.from(traceId, "latin1"));
    remembered.set(key, row);
    return row;
  }

  /** Most traces that are not remembered are new. */
  function insertOrFind(project: string, traceId: Buffer): TraceRow {
    const { changes, lastInsertRowid } = insert.run(project, traceId);
    if (changes > 0) return { traceNo: Number(lastInsertRowid), sessions: [] };
    const traceNo = find.get(project, traceId);
    if (traceNo === undefined) throw new Error("a trace conflicts with none");
    return { traceNo, sessions: sessionsOf.all(traceNo).map(sessions.read) };
  }

  function addTo(trace: TraceRow, session: SessionRow): void {
    link.run(session.sessionNo, trace.traceNo);
    trace.sessions.push(session);
  }

  /** A session that only this trace held together becomes part of the conversation that the trace turned out to be of. */
  function join(trace: TraceRow, project: string, from: SessionRow, into: SessionRow): void {
    for (const traceId of traceIdsOf.all(from.sessionNo)) remembered.delete(keyOf(project, traceId.toString("latin1")));
    sessions.absorb(project, from, into);
    trace.sessions = sessionsOf.all(trace.traceNo).map(sessions.read);
  }

  return {
    /** The trace's row, with a session for each conversation that it names, or one of its own. */
    place(project: string, arrival: Arrival): TraceRow {
      const { traceId, startUs } = arrival;
      const trace = rowOf(project, traceId);
      const placedIn = trace.sessions.length;
      for (const conversationId of arrival.conversationIds) {
        if (trace.sessions.length >= MAX_SESSIONS_OF_TRACE) break;
        if (trace.sessions.some((known) => known.conversationId === conversationId)) continue;
        const session = sessions.ofConversation(project, conversationId, startUs);
        const provisional = trace.sessions.find((known) => known.conversationId === undefined);
        if (trace.sessions.some(({ sessionNo }) => sessionNo === session.sessionNo)) continue;
        if (provisional === undefined) addTo(trace, session);
        else join(trace, project, provisional, session);
      }
      if (trace.sessions.length === 0)
        addTo(trace, sessions.ofTrace(project, Buffer.from(traceId, "latin1").toString("hex"), startUs));
      if (trace.sessions.length > placedIn) arrival.hasNews = true;
      return trace;
    },

    /** Forgets everything, because rows may have gone. */
    forget: () => remembered.clear(),
  };
}

interface Touch {
  readonly session: SessionRow;
  readonly startUs: number;
  readonly isKnown: boolean;
}

/** Collects what a request brings, trace by trace: what a span says of its conversation holds for its whole trace. */
export function createArrivals(project: string) {
  const arrivals = new Map<string, Arrival>();
  let newestBefore = 0;
  return {
    add(traceId: string, startUs: number, conversationId: string | undefined): Arrival {
      const known = arrivals.get(traceId);
      const arrival = known ?? { traceId, conversationIds: new Set(), startUs, hasNews: false };
      if (known === undefined) arrivals.set(traceId, arrival);
      else if (startUs < known.startUs) known.startUs = startUs;
      if (conversationId !== undefined) arrival.conversationIds.add(conversationId);
      return arrival;
    },

    place(traces: TraceRows, sessions: SessionRows): void {
      newestBefore = sessions.newestNo();
      for (const arrival of arrivals.values()) arrival.trace = traces.place(project, arrival);
    },

    /** Tells the sessions of every trace that has news, each once. Placed again: a session may have been joined since. */
    touch(traces: TraceRows, sessions: SessionRows): void {
      const touched = new Map<number, Touch>();
      for (const arrival of arrivals.values())
        for (const session of arrival.hasNews ? traces.place(project, arrival).sessions : []) {
          const earlier = touched.get(session.sessionNo);
          touched.set(session.sessionNo, {
            session,
            startUs: Math.min(earlier?.startUs ?? arrival.startUs, arrival.startUs),
            // What was created for this very trace knows all that there is to tell.
            isKnown: earlier === undefined && session.sessionNo > newestBefore,
          });
        }
      for (const { session, startUs, isKnown } of touched.values())
        if (!isKnown) sessions.touch(project, session, startUs);
    },
  };
}
