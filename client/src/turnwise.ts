/** A Turnwise server, one method an operation. */
import { type Admin, type Auth, createAdmin, createAuth } from "./accounts.ts";
import { createDatasets, type Datasets } from "./datasets.ts";
import { createEvaluations, type Evaluations } from "./evaluations.ts";
import { EvaluationTimeoutError } from "./errors.ts";
import { followJudgements, type JudgementEvent } from "./follow-judgements.ts";
import { pause } from "./pause.ts";
import { createProjects, type Projects } from "./projects.ts";
import { createRuns, type Runs } from "./runs.ts";
import { createServerState, type ServerState } from "./server-state.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createStreamingSession, type StreamingSession } from "./streaming-session.ts";
import { tracePath } from "./trace-path.ts";
import {
  createTransport,
  type RequestOptions,
  type SubmitOptions,
  submitTo,
  type Transport,
  type TransportOptions,
} from "./transport.ts";
import type {
  BatchResult,
  StreamingSubmission,
  SubmitResult,
  Submission,
  TextSubmission,
  Trace,
  TracePage,
  TraceSummary,
} from "./types.ts";
import { toVoiceForm, type VoiceSubmission } from "./voice-submission.ts";

/** What is not given: where `TURNWISE_URL` says or on this machine at port 8000, with the key of `TURNWISE_API_KEY`, 30 s for a try, 2 tries more. */
export type TurnwiseOptions = { readonly [Name in keyof TransportOptions]?: TransportOptions[Name] | undefined };

export interface WaitOptions extends RequestOptions {
  /** Between two looks, in milliseconds. Default 1000. */
  readonly pollMs?: number;
  /** In milliseconds. Default 300,000. */
  readonly waitMs?: number;
}

export interface PageOptions extends RequestOptions {
  readonly limit?: number;
  readonly offset?: number;
}

const PAGE = 50;

/**
 * Methods throw a TurnwiseError of the class that the failure is of, or what their `signal` was aborted with. Those of this
 * class itself are ValueHead's: conversations that are submitted, and what was judged of them.
 */
export class Turnwise {
  /** Sessions in full, however they came in. */
  readonly sessions: Sessions;
  /** Answers of agents, scored by metrics; what came of it is in `runs`. */
  readonly evaluations: Evaluations;
  readonly runs: Runs;
  readonly datasets: Datasets;
  /** What runs are collected under. */
  readonly projects: Projects;
  readonly auth: Auth;
  readonly admin: Admin;
  /** The server itself: its health, what it builds again, what it could not send on. */
  readonly server: ServerState;
  /** Where the server is, without a slash at the end. */
  readonly url: string;
  readonly #transport: Transport;

  constructor(options: TurnwiseOptions = {}) {
    this.#transport = createTransport(withDefaults(options));
    this.url = this.#transport.url;
    this.sessions = createSessions(this.#transport);
    this.evaluations = createEvaluations(this.#transport);
    this.runs = createRuns(this.#transport);
    this.datasets = createDatasets(this.#transport);
    this.projects = createProjects(this.#transport);
    this.auth = createAuth(this.#transport);
    this.admin = createAdmin(this.#transport);
    this.server = createServerState(this.#transport);
  }

  /** Messages in OpenAI's shape. Answers at once; `wait` or `stream` tell what was judged. */
  async submit(submission: Submission, options?: SubmitOptions): Promise<SubmitResult> {
    return submitTo(this.#transport, "/traces", submission, options);
  }

  /** A transcript, in which the server finds out who speaks. */
  async submitText(submission: TextSubmission, options?: SubmitOptions): Promise<SubmitResult> {
    return submitTo(this.#transport, "/traces/text", submission, options);
  }

  async submitVoice(submission: VoiceSubmission, options?: SubmitOptions): Promise<SubmitResult> {
    return submitTo(this.#transport, "/traces/voice", toVoiceForm(submission), options);
  }

  /** Those that are refused have an `error` in their place. */
  async submitBatch(traces: readonly Submission[], options?: SubmitOptions): Promise<BatchResult> {
    return submitTo(this.#transport, "/traces/batch", { traces }, options);
  }

  /** A session that takes messages until it is closed. */
  async streaming(submission: StreamingSubmission = {}, options?: SubmitOptions): Promise<StreamingSession> {
    const { session_id: id } = await submitTo<SubmitResult>(this.#transport, "/traces/streaming", submission, options);
    return createStreamingSession(this.#transport, id);
  }

  async get(id: string, options?: RequestOptions): Promise<Trace> {
    return this.#transport.send({ method: "GET", path: tracePath(id) }, options);
  }

  /** Newest first. */
  async list({ limit = PAGE, offset = 0, ...options }: PageOptions = {}): Promise<TracePage> {
    return this.#transport.send({ method: "GET", path: "/traces", query: { limit, offset } }, options);
  }

  /** All of them, newest first, page by page. */
  async *iterate({ limit = PAGE, ...options }: Omit<PageOptions, "offset"> = {}): AsyncGenerator<TraceSummary, void> {
    for (let offset = 0; ; offset += limit) {
      const { sessions } = await this.list({ ...options, limit, offset });
      yield* sessions;
      if (sessions.length < limit) return;
    }
  }

  /**
   * Looks again and again until the session is judged, or failed, which is no error here. Throws an EvaluationTimeoutError
   * when that takes longer; the server goes on all the same.
   */
  async wait(id: string, { pollMs = 1000, waitMs = 300_000, ...options }: WaitOptions = {}): Promise<Trace> {
    const end = performance.now() + waitMs;
    while (performance.now() < end) {
      const trace = await this.get(id, options);
      if (trace.status === "completed" || trace.status === "failed") return trace;
      await pause(pollMs, options.signal);
    }
    throw new EvaluationTimeoutError(`the session is not judged after ${waitMs} ms`, { code: "evaluation_timeout" });
  }

  /** Has it judged (again), and waits for that. */
  async evaluate(id: string, options?: RequestOptions): Promise<Trace> {
    const path = `${tracePath(id)}/evaluate`;
    return this.#transport.send({ method: "POST", path }, { timeoutMs: EVALUATE_MS, ...options });
  }

  /** Each judgement as it is made, also those from before; ends when the session is judged. */
  stream(id: string, options?: RequestOptions): AsyncGenerator<JudgementEvent, void> {
    return followJudgements(this.#transport, id, options);
  }

  async delete(id: string, options?: RequestOptions): Promise<void> {
    return this.#transport.send({ method: "DELETE", path: tracePath(id) }, options);
  }

  /** Every session of the project, also those that came as spans. */
  async deleteAll(options?: RequestOptions): Promise<void> {
    return this.#transport.send({ method: "DELETE", path: "/traces" }, options);
  }
}

/** The server gives up a little earlier. */
const EVALUATE_MS = 310_000;

function withDefaults({
  baseUrl,
  apiKey,
  timeoutMs = 30_000,
  maxRetries = 2,
  fetch = globalThis.fetch,
}: TurnwiseOptions) {
  return {
    baseUrl: baseUrl ?? (variable("TURNWISE_URL") || "http://localhost:8000"),
    apiKey: apiKey ?? variable("TURNWISE_API_KEY"),
    timeoutMs,
    maxRetries,
    fetch,
  };
}

/** Of the environment, where there is one: a browser has none. */
function variable(name: string): string | undefined {
  const { process }: typeof globalThis & { process?: { env?: Readonly<Record<string, string | undefined>> } } =
    globalThis;
  return process?.env?.[name];
}
