/** Has answers scored: those that are sent, a dataset's, a trace's, those of stored sessions. */
import { createJobHandle, type JobHandle, type JobWaitOptions } from "./job-handle.ts";
import { type SessionFilter, toQuery } from "./sessions.ts";
import type { Operation, RequestOptions, Transport } from "./transport.ts";
import type {
  EvaluateRequest,
  EvaluateSessionsRequest,
  EvaluateTraceRequest,
  EvaluationJob,
  EvaluationRun,
  MetricTemplates,
  SafetySummary,
} from "./types.ts";

/** An answer, and what it is to be compared with. */
export interface NewItem {
  /** Unlike that of any other item; runs are compared by it. Absent: made of what was asked and expected. */
  readonly id?: string | number | null;
  readonly input: string;
  readonly output: string;
  readonly context?: string | readonly string[] | null;
  readonly expected?: string | readonly string[] | null;
  readonly metadata?: { readonly [key: string]: unknown } | null;
}

export type Evaluation = Omit<EvaluateRequest, "dataset" | "mode"> & { readonly dataset?: readonly NewItem[] };
export type TraceEvaluation = Omit<EvaluateTraceRequest, "mode">;
export type SessionsEvaluation = Omit<EvaluateSessionsRequest, "mode">;

/** Of what is evaluated beside a body of OTLP. */
export interface OtlpEvaluation {
  readonly project_name?: string;
  readonly metrics?: readonly string[];
  readonly run_name?: string;
  readonly threshold?: number;
  /** Seconds that the server waits for the result. */
  readonly wait?: number;
}

/** Where the server answers with a job, it is waited for. */
export type EvaluateOptions = RequestOptions & Pick<JobWaitOptions, "pollIntervalMs" | "onProgress">;

export type Evaluations = ReturnType<typeof createEvaluations>;

export function createEvaluations(transport: Transport) {
  const startOf = (operation: Omit<Operation, "method" | "root">): Start => {
    const send = async (wish: { mode?: "async" }, options?: RequestOptions): Promise<EvaluationRun | EvaluationJob> =>
      transport.send({ ...repeatable(toOperation(operation, wish)), method: "POST", root: "/v2" }, options);
    return {
      async now({ pollIntervalMs, onProgress, ...options }) {
        const answer = await send({}, { timeoutMs: LONGEST_WAIT_MS, ...options });
        if (!("job_type" in answer)) return answer;
        const { signal } = options;
        return createJobHandle(transport, answer.job_id).result({ pollIntervalMs, onProgress, signal });
      },
      later: async (options) => createJobHandle(transport, (await send({ mode: "async" }, options)).job_id),
    };
  };
  const items = (request: Evaluation) => startOf({ path: "/evaluate", body: request });
  const trace = (request: TraceEvaluation) => startOf({ path: "/evaluate/trace", body: request });
  const sessions = (filter: SessionChoice, request: SessionsEvaluation) =>
    startOf({ path: "/evaluate/sessions", query: toQuery(filter), body: request });
  const otlp = (body: Blob, request: OtlpEvaluation) =>
    startOf({ path: "/evaluate/otlp", query: { ...request }, body });

  return {
    /** Scores items, or those of an uploaded dataset (`dataset_id`), and waits for the result. */
    evaluate: async (request: Evaluation, options: EvaluateOptions = {}): Promise<EvaluationRun> =>
      items(request).now(options),
    /** The same, and does not wait. */
    evaluateAsync: async (request: Evaluation, options?: RequestOptions): Promise<JobHandle> =>
      items(request).later(options),

    /** Scores the turns of a trace as Valiqor writes it, or of a stored session (`session_id`). */
    evaluateTrace: async (request: TraceEvaluation, options: EvaluateOptions = {}): Promise<EvaluationRun> =>
      trace(request).now(options),
    evaluateTraceAsync: async (request: TraceEvaluation, options?: RequestOptions): Promise<JobHandle> =>
      trace(request).later(options),

    /** Scores the turns of stored sessions: of `limit` of those that match, newest activity first. */
    evaluateSessions: async (
      filter: SessionChoice,
      request: SessionsEvaluation,
      options: EvaluateOptions = {},
    ): Promise<EvaluationRun> => sessions(filter, request).now(options),
    evaluateSessionsAsync: async (
      filter: SessionChoice,
      request: SessionsEvaluation,
      options?: RequestOptions,
    ): Promise<JobHandle> => sessions(filter, request).later(options),

    /** Scores the agents' turns in OTLP, of which nothing is stored. The Blob's type says what it is: `application/x-protobuf`, `application/json`, or `application/jsonl`. */
    evaluateOtlp: async (body: Blob, request: OtlpEvaluation, options: EvaluateOptions = {}): Promise<EvaluationRun> =>
      otlp(body, request).now(options),
    evaluateOtlpAsync: async (body: Blob, request: OtlpEvaluation, options?: RequestOptions): Promise<JobHandle> =>
      otlp(body, request).later(options),

    /** Of a run that was started before, by its id. */
    job: (id: string): JobHandle => createJobHandle(transport, id),
    getJob: async (id: string, options?: RequestOptions): Promise<EvaluationJob> =>
      transport.send({ method: "GET", root: "/v2", path: `/evaluate/jobs/${encodeURIComponent(id)}` }, options),

    /** The metrics that there are. */
    metricTemplates: async (options?: RequestOptions): Promise<MetricTemplates> =>
      transport.send({ method: "GET", root: "/v2", path: "/evaluate/metrics/templates" }, options),

    /** How safe judges found the turns of stored sessions. */
    safetySummary: async (filter: SessionChoice = {}, options?: RequestOptions): Promise<SafetySummary> =>
      transport.send({ method: "GET", root: "/v2", path: "/security/summary", query: toQuery(filter) }, options),
  };
}

export type SessionChoice = Omit<SessionFilter, "cursor">;

interface Start {
  readonly now: (options: EvaluateOptions) => Promise<EvaluationRun>;
  readonly later: (options?: RequestOptions) => Promise<JobHandle>;
}

/** A wish is said where the rest of the request is: in a JSON body, or beside one of something else. */
function toOperation<Sent extends Omit<Operation, "method">>(operation: Sent, wish: object): Sent {
  return operation.body instanceof Blob
    ? { ...operation, query: { ...operation.query, ...wish } }
    : { ...operation, body: { ...operation.body, ...wish } };
}

/** Sent again under its key it starts no second run. Of OTLP the server does not know whether it is the same. */
const repeatable = <Sent extends Omit<Operation, "method">>(operation: Sent): Sent =>
  operation.body instanceof Blob
    ? operation
    : { ...operation, headers: { "idempotency-key": crypto.randomUUID() }, isRepeatable: true };

/** The server answers with a job when it takes longer than it is told to wait, which is 300 s at most. */
const LONGEST_WAIT_MS = 310_000;
