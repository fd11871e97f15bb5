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
  /** No session had it before. */
  isNew: boolean;
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
  const link = db.prepare(
    `INSERT INTO session_traces (session_no, trace_no, linked, touched)
     SELECT session_no, @traceNo, facts_version + @isOlder, facts_version + @isOlder FROM sessions
     WHERE session_no = @sessionNo`,
  );
  const touch = db.prepare("UPDATE session_traces SET touched = ? WHERE session_no = ? AND trace_no = ?");

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

  /** A session that was there before `newestBefore` will be touched for it, and its version rises. */
  function addTo(trace: TraceRow, session: SessionRow, newestBefore: number): void {
    const { sessionNo } = session;
    link.run({ sessionNo, traceNo: trace.traceNo, isOlder: sessionNo > newestBefore ? 0 : 1 });
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
      const newestBefore = sessions.newestNo();
      if (placedIn === 0) arrival.isNew = true;
      for (const conversationId of arrival.conversationIds) {
        if (trace.sessions.length >= MAX_SESSIONS_OF_TRACE) break;
        if (trace.sessions.some((known) => known.conversationId === conversationId)) continue;
        const session = sessions.ofConversation(project, conversationId, startUs);
        const provisional = trace.sessions.find((known) => known.conversationId === undefined);
        if (trace.sessions.some(({ sessionNo }) => sessionNo === session.sessionNo)) continue;
        if (provisional === undefined) addTo(trace, session, newestBefore);
        else join(trace, project, provisional, session);
      }
      if (trace.sessions.length === 0)
        addTo(trace, sessions.ofTrace(project, Buffer.from(traceId, "latin1").toString("hex"), startUs), newestBefore);
      if (trace.sessions.length > placedIn) arrival.hasNews = true;
      return trace;
    },

    /** Something new of the trace has come when the session had this version. */
    touch: (sessionNo: number, { traceNo }: TraceRow, version: number) => void touch.run(version, sessionNo, traceNo),

    /** Forgets everything, because rows may have gone. */
    forget: () => remembered.clear(),
  };
}

interface Touch {
  readonly session: SessionRow;
  startUs: number;
  /** Those that it had before. */
  readonly traces: TraceRow[];
  isKnown: boolean;
}

/** Collects what a request brings, trace by trace: what a span says of its conversation holds for its whole trace. */
export function createArrivals(project: string) {
  const arrivals = new Map<string, Arrival>();
  let newestBefore = 0;
  return {
    add(traceId: string, startUs: number, conversationId: string | undefined): Arrival {
      const known = arrivals.get(traceId);
      const arrival = known ?? { traceId, conversationIds: new Set(), startUs, isNew: false, hasNews: false };
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
      for (const arrival of arrivals.values()) {
        const trace = arrival.hasNews ? traces.place(project, arrival) : undefined;
        for (const session of trace?.sessions ?? []) {
          // What was created for this very trace knows all that there is to tell.
          const isKnown = !touched.has(session.sessionNo) && session.sessionNo > newestBefore;
          const touch = touched.get(session.sessionNo) ?? { session, startUs: arrival.startUs, traces: [], isKnown };
          touched.set(session.sessionNo, touch);
          touch.startUs = Math.min(touch.startUs, arrival.startUs);
          touch.isKnown = isKnown;
          if (trace !== undefined && !arrival.isNew) touch.traces.push(trace);
        }
      }
      for (const { session, startUs, traces: own, isKnown } of touched.values()) {
        if (isKnown) continue;
        const version = sessions.touch(project, session, startUs);
        for (const trace of own) traces.touch(session.sessionNo, trace, version);
      }
    },
  };
}
