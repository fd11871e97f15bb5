/** Sessions in full, however they came in: as spans, messages, texts or recordings. */
import { followEvents, parseEvent } from "./follow-events.ts";
import type { RequestOptions, Transport } from "./transport.ts";
import type {
  Explanation,
  Label,
  Labels,
  MetricScore,
  NewLabel,
  ScoreSummary,
  SessionDetail,
  SessionPage,
  SessionState,
  SessionSummary,
  Source,
  Status,
  TrajectoryJudgement,
  TurnJudgement,
} from "./types.ts";

export interface SessionFilter {
  readonly status?: Status | undefined;
  readonly conversation_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly agent_name?: string | undefined;
  readonly model?: string | undefined;
  readonly source?: Source | undefined;
  /** The trajectory's. */
  readonly score?: -1 | 0 | 1 | undefined;
  readonly has?: readonly ("error" | "harmful_turn")[] | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** With a score of an evaluator, `EVALUATOR/NAME`, of any turn or of the session; below this value, 0 to 1. */
  readonly metric?: string | undefined;
  readonly metric_below?: number | undefined;
  /** Of the last activity: from this moment, up to but not including that one. */
  readonly from?: Date | string | undefined;
  readonly to?: Date | string | undefined;
  /** Words that all occur. */
  readonly q?: string | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** What is labelled: turns and tool calls count from 1, only turns have dimensions. Without a labeller it is whoever asks. */
export type LabelTarget = Pick<Label, "target"> & {
  readonly turn?: number | undefined;
  readonly tool_call?: number | undefined;
  readonly dimension?: NonNullable<Label["dimension"]> | undefined;
  readonly labeller?: string | undefined;
};

/** What is told of a session while it is followed: how far it is, each turn's judgement, and the end. */
export type SessionEvent =
  | {
      readonly event: "session-updated";
      readonly data: {
        readonly session_id: string;
        readonly status: Status;
        readonly revision: number;
        readonly total_turns: number;
        readonly summary: ScoreSummary;
      };
    }
  | {
      readonly event: "judgement";
      readonly data: { readonly session_id: string; readonly turn: number; readonly judgement: TurnJudgement };
    }
  | {
      readonly event: "done";
      readonly data: {
        readonly session_id: string;
        readonly status: Status;
        readonly trajectory: TrajectoryJudgement | null;
        readonly metric_scores: readonly MetricScore[];
        readonly error: string | null;
      };
    };

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions(transport: Transport) {
  const list = async (filter: SessionFilter = {}, options?: RequestOptions): Promise<SessionPage> =>
    transport.send({ method: "GET", path: "/sessions", query: toQuery(filter) }, options);
  const change = async (id: string, verb: string, query = {}, options?: RequestOptions): Promise<SessionState> =>
    transport.send({ method: "POST", path: `${pathOf(id)}/${verb}`, query, isRepeatable: true }, options);

  return {
    list,

    /** All that match, newest activity first, page by page. */
    async *iterate(filter: SessionFilter = {}, options?: RequestOptions): AsyncGenerator<SessionSummary, void> {
      for (let cursor = filter.cursor; ;) {
        const page = await list({ ...filter, ...(cursor === undefined ? {} : { cursor }) }, options);
        yield* page.sessions;
        if (page.next_cursor === null) return;
        cursor = page.next_cursor;
      }
    },

    get: async (id: string, options?: RequestOptions): Promise<SessionDetail> =>
      transport.send({ method: "GET", path: pathOf(id) }, options),

    /** Its spans as one OTLP request in JSON. */
    spans: async (id: string, options?: RequestOptions): Promise<object> =>
      transport.send({ method: "GET", path: `${pathOf(id)}/spans` }, options),

    /** The spans of the judges' own calls to models, as one OTLP request in JSON; with `traceId`, of one judgement. */
    judgeSpans: async (
      id: string,
      { traceId, ...options }: RequestOptions & { traceId?: string } = {},
    ): Promise<object> =>
      transport.send({ method: "GET", path: `${pathOf(id)}/judge-spans`, query: { trace_id: traceId } }, options),

    /** How each turn was built. `values`: with the beginnings of what the spans carried. */
    explain: async (
      id: string,
      { values, ...options }: RequestOptions & { values?: boolean } = {},
    ): Promise<Explanation> =>
      transport.send({ method: "GET", path: `${pathOf(id)}/explain`, query: { values } }, options),

    /** Judge it (again), by one judge or by all. */
    judge: async (id: string, { judge, ...options }: RequestOptions & { judge?: string } = {}): Promise<SessionState> =>
      change(id, "judge", { judge }, options),

    /** No more will come: judge it now. */
    close: async (id: string, options?: RequestOptions): Promise<SessionState> => change(id, "close", {}, options),

    /** Build it again of what came in. */
    rebuild: async (id: string, options?: RequestOptions): Promise<SessionState> => change(id, "rebuild", {}, options),

    /** What people said of it. */
    labels: async (id: string, options?: RequestOptions): Promise<Labels> =>
      transport.send({ method: "GET", path: `${pathOf(id)}/labels` }, options),

    /** Says what a turn, a tool call or the whole is worth; takes the place of what the labeller said before. */
    label: async (id: string, label: NewLabel, options?: RequestOptions): Promise<Label> =>
      transport.send({ method: "PUT", path: `${pathOf(id)}/labels`, body: label }, options),

    /** Takes a label back. */
    removeLabel: async (id: string, target: LabelTarget, options?: RequestOptions): Promise<void> =>
      transport.send({ method: "DELETE", path: `${pathOf(id)}/labels`, query: { ...target } }, options),

    delete: async (id: string, options?: RequestOptions): Promise<void> =>
      transport.send({ method: "DELETE", path: pathOf(id) }, options),

    /** What happens to it, until it is judged. */
    async *stream(id: string, options?: RequestOptions): AsyncGenerator<SessionEvent, void> {
      for await (const { event, data } of followEvents(transport, `${pathOf(id)}/stream`, options)) {
        if (event === "judgement") yield { event, data: parseEvent(data) };
        else if (event === "session-updated") yield { event, data: parseEvent(data) };
        else if (event === "done") yield { event, data: parseEvent(data) };
      }
    },
  };
}

const pathOf = (id: string): string => `/sessions/${encodeURIComponent(id)}`;

export function toQuery({ has, metadata = {}, from, to, ...others }: SessionFilter) {
  return {
    ...others,
    ...(has === undefined ? {} : { has: has.join(",") }),
    ...(from === undefined ? {} : { from: toMoment(from) }),
    ...(to === undefined ? {} : { to: toMoment(to) }),
    ...Object.fromEntries(Object.entries(metadata).map(([key, value]) => [`metadata.${key}`, value])),
  };
}

const toMoment = (moment: Date | string): string => (typeof moment === "string" ? moment : moment.toISOString());
