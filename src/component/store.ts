/**
 * Where spans, sessions and judgements are kept. One contract for all engines; `test/contract/store.ts` is its battery.
 * Facts (spans, log records, messages) are written; sessions and judgements are saved; work is claimed.
 */
import type { ChatMessage } from "../model/message.ts";
import type { AnswerStore } from "../model/answer-store.ts";
import type { JudgingStatus } from "../model/judging-status.ts";
import type { SpendLedger, SpendState } from "../model/spend.ts";
import type { Transcript } from "../model/transcript.ts";
import type { Refusal } from "../model/errors.ts";
import type { ScoreSummary, TrajectoryJudgement, TurnJudgement } from "../model/judgement.ts";
import type { Allowance } from "../model/message-limits.ts";
import type { BuiltSession, JsonValue, JudgingOptions, Session, SessionSource } from "../model/session.ts";
import type { EncodedRecords } from "../model/signal-batch.ts";
import type { LogRecord, Span } from "../model/span.ts";
import type { AccountStore } from "./accounts.ts";
import type { BackfillStore } from "./backfills.ts";
import type { Component, ComponentFactory } from "./component.ts";
import type { EvaluationStore } from "./evaluations.ts";
import type { IdempotencyKey } from "./idempotency-key.ts";
import type { Intakes, NewIntake } from "./intake.ts";
import type { JudgeSpans, JudgeSpansQuery } from "./judge-spans.ts";
import type { SessionJudgements, TrajectoryJudgementRecord, TurnJudgementRecord } from "./judgement-record.ts";
import type { LabelStore } from "./labels.ts";
import type { MetricScoreStore, ShownMetricScore } from "./metric-scores.ts";
import type { SessionQuery } from "./session-query.ts";
import type { ParkedDecision, ParkedQuery, ParkedRequest, SendingQueue } from "./sending-queue.ts";

/** A session's address. The id of a session that was joined to another one keeps answering with that one. */
export interface SessionRef {
  readonly project: string;
  readonly id: string;
}

/** The address of a request that an exporter set aside. */
export interface ParkedRef {
  readonly project: string;
  readonly id: number;
}

export interface NewMessageSession {
  readonly project: string;
  readonly source: Exclude<SessionSource, "otlp">;
  readonly messages: readonly ChatMessage[];
  /** Tools offered to the model, in OpenAI's shape, when the sender knows them. */
  readonly tools?: readonly JsonValue[];
  readonly metadata: { readonly [key: string]: JsonValue };
  readonly judging: JudgingOptions;
  /** What its messages are to be made of, when it came as something else. */
  readonly intake?: NewIntake;
  /**
   * An open session takes more messages until it is closed: until then its answered turns are judged, and nothing else. The
   * others wait for a judge at once.
   */
  readonly open: boolean;
  /** Asked for twice under one key, it is created once. */
  readonly idempotency?: IdempotencyKey;
  /** Absent: as much as anybody likes. */
  readonly allowance?: Allowance;
}

export interface AppendOptions extends Pick<NewMessageSession, "allowance"> {
  /** Its key is unique in its session. Asked for twice under one key, the messages are added once, also when it was closed since. */
  readonly idempotency?: IdempotencyKey;
}

/** `replayed`: they had been added before, under the same idempotency key. `missing`: there is no such session. */
export type AppendOutcome = "added" | "replayed" | "missing";

export interface CreatedSession extends SessionRef {
  /** It had been created before, under the same idempotency key. */
  readonly isReplay?: true;
}

/** What a session is built from. Spans of traces that the session shares with others are all there. */
export interface SessionFacts {
  readonly spans: readonly Span[];
  /** In the order in which they arrived. */
  readonly logRecords: readonly LogRecord[];
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly JsonValue[];
  /** What is no longer as it was written, and is not among the others; its absence: nothing is. */
  readonly damaged?: readonly DamagedRecord[];
  /** How the messages came to be, when they were a text or a recording. */
  readonly transcript?: Transcript;
}

/** Without its resource or its scope a span is still there. */
export interface DamagedRecord {
  readonly kind: "span" | "log_record" | "resource" | "scope";
  /** The store's own. */
  readonly number: number;
  /** In hexadecimal, where the record has them. */
  readonly traceId?: string;
  readonly spanId?: string;
}

/** What has come since an earlier read, or everything, or as much of it as may be held at once. */
export interface NewFacts extends SessionFacts {
  /** True: what was read before does not hold any more, or nothing was; with these, it begins anew. */
  readonly isWhole: boolean;
  /** Reading on with the cursor gives more. */
  readonly hasMore: boolean;
  /** For the next read. Opaque. */
  readonly cursor: string;
  /** Size of the records as they are stored decompressed. */
  readonly bytes: number;
}

/** What a save changes of a session that the same caller saved before, and that nobody saved since. */
export interface SavedBefore {
  readonly built: BuiltSession;
  readonly links: readonly bigint[];
}

/**
 * Work in hand: a lease on one session. It ends when released, or by itself at its expiry; whoever saves with a lease
 * that has ended is told so and must stop.
 */
export interface Claim extends SessionRef {
  readonly lease: string;
  /** The explicit conversation id; absent for a session that only its trace or its messages hold together. */
  readonly conversationId?: string;
  readonly source: SessionSource;
  /** Absent: none. */
  readonly metadata?: Session["metadata"];
  readonly judging: JudgingOptions;
  /** It takes more messages still: only its answered turns are to be judged, and it stays open. */
  readonly open?: true;
  /** Rises with every fact written to the session: what is built from the claim speaks of this state. */
  readonly factsVersion: number;
  readonly revision: number;
  /** Claims in a row, this one included, since the session was last saved or asked to be judged. */
  readonly attempts: number;
  /** Someone asked for a new judgement: judge even what was judged. With a name, only by that judge. */
  readonly rejudge: boolean;
  /** Someone asked for it to be built again: nothing that was kept counts. */
  readonly rebuild?: true;
  readonly rejudgeBy?: string;
  /** With `rejudgeBy`: the session waited to be judged anyway, so the others say what they have not said. */
  readonly isDue?: true;
  /** Only someone's wish for what judges have not said yet: all of them, or this one. */
  readonly backfill?: { readonly judge?: string };
}

export interface ClaimOptions {
  readonly worker: string;
  readonly limit: number;
  /** How long the lease lasts unless renewed. */
  readonly leaseMs: number;
  /** A session is taken when its last fact is older than this, or when it was closed. */
  readonly idleMs: number;
  /** A session that never goes idle is taken when it changed longer ago than this. Absent: never. */
  readonly maxDurationMs?: number;
  /** An open session of messages to which nothing came for so long is closed. Absent: never. */
  readonly streamSilenceMs?: number;
}

export interface RequestBuildsOptions {
  readonly project: string;
  /** What the slice before gave. */
  readonly cursor?: number;
}

export interface DeleteSessionsOptions {
  readonly project: string;
  /** What the slice before gave. */
  readonly cursor?: number;
}

export interface DeletedSessions {
  readonly sessions: number;
  /** Absent when that was all. */
  readonly cursor?: number;
}

export interface RequestedBuilds {
  readonly sessions: number;
  /** Absent when that was all. */
  readonly cursor?: number;
}

export interface ReleaseOutcome {
  /** `pending`: it could not be begun yet; with `retryAt`. */
  readonly status: "completed" | "failed" | "pending";
  readonly error?: string;
  /** Claim the session again then, although nothing about it changed (a judge asked to wait). */
  readonly retryAt?: Date;
  /** All that was to be judged again has been: what is tried again then is only what could not be said. */
  readonly isRejudged?: true;
  /** What became of the judges' work; of judges that it does not name, what was known stays. */
  readonly judging?: readonly JudgingStatus[];
}

/** What judges spent on one UTC day (counted from 1970), in one project or in all. */
export interface SpendQuery {
  readonly day: number;
  readonly project?: string;
}

export interface SpendOfDay extends SpendState {
  readonly judge: string;
}

/** What judges' calls cost. Survives the deletion of the sessions that it was spent on. */
export interface SpendStore extends SpendLedger {
  readSpend(query: SpendQuery): Promise<readonly SpendOfDay[]>;
}

/** A session and the judgements that are shown: per turn and for the trajectory the newest of the highest rank. */
export interface JudgedSession {
  readonly session: Session;
  readonly turnJudgements: ReadonlyMap<number, TurnJudgement>;
  readonly trajectory?: TrajectoryJudgement;
  readonly summary: ScoreSummary;
  /** As the last of those who judged it left it; evaluators are among them. */
  readonly judging: readonly JudgingStatus[];
  /** Of turns in their order, then of the session. Absent: none. */
  readonly metricScores?: readonly ShownMetricScore[];
}

/** A session in a list: without turns; the texts are cut to 200 characters. */
export interface SessionSummary extends Omit<Session, "turns" | "tools" | "systemPrompt" | "transcript" | "digest"> {
  readonly totalTurns: number;
  readonly firstUserContent?: string;
  readonly lastAssistantContent?: string;
  readonly summary: ScoreSummary;
}

export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  readonly nextCursor?: string;
}

/** Something about a session was committed. `done`: judged, or failed, and nothing is pending. */
export interface SessionNotice extends SessionRef {
  readonly kind: "session-updated" | "judgement" | "done" | "deleted";
  readonly turn?: number;
}

export interface Store extends Component {
  /**
   * Resolves when the spans are on disk. Idempotent on (project, trace id, span id); a fuller version of a span (more
   * attributes, or the same and a later end) replaces a poorer one. Throws UnavailableError when the store is behind or the disk refuses.
   */
  writeSpans(encoded: EncodedRecords, context: { project: string }): Promise<void>;
  /**
   * As writeSpans. A record's identity is all its fields; of n equal records in one request n stay. A record that names
   * no trace belongs to no session and is not kept. The event `session.end` closes the session that it names.
   */
  writeLogRecords(encoded: EncodedRecords, context: { project: string }): Promise<void>;
  /** Throws RefusedError: `trace_limit_reached`, `trace_too_large`, `too_many_tool_calls`, `idempotency_conflict`. */
  createMessageSession(session: NewMessageSession): Promise<CreatedSession>;
  /** In one commit, in their order; a refused one keeps no other from being created, but for a conflict, which is all of theirs. */
  createMessageSessions(sessions: readonly NewMessageSession[]): Promise<readonly (CreatedSession | Refusal)[]>;
  /**
   * Adds to an open session, behind what it has. Throws RefusedError: `session_closed`, `not_a_stream`, `trace_too_large`,
   * `too_many_tool_calls`, `idempotency_conflict`; the limits hold for the whole session.
   */
  appendMessages(ref: SessionRef, messages: readonly ChatMessage[], options?: AppendOptions): Promise<AppendOutcome>;
  /**
   * No more messages will come to an open session: judge all of it. Again it does nothing. False when there is no such session.
   * Throws RefusedError: `not_a_stream`.
   */
  closeStream(ref: SessionRef): Promise<boolean>;
  /** No more facts will come: judge now. To a session of messages nothing can come unless it is open. False when there is no such session. */
  closeSession(ref: SessionRef): Promise<boolean>;
  /** Judge (again), by one judge or by all. False when there is no such session. */
  requestJudgement(ref: SessionRef, judge?: string): Promise<boolean>;
  /** Build the session again, of the facts that are there: of a turn that stays the same, so do the judgements. False: none such. */
  requestBuild(ref: SessionRef): Promise<boolean>;
  /** As requestBuild, of all sessions of the project, a slice at a time; nothing that waits for a judge waits for them. */
  requestBuilds(options: RequestBuildsOptions): Promise<RequestedBuilds>;
  /** Takes that back for those that were not built yet, a slice at a time: returns how many, 0 when that was all. */
  cancelBuilds(project: string): Promise<number>;
  /** Sessions of the project that only wait to be built again. One that has news waits for its silence, and is built then. */
  countRequestedBuilds(project: string): Promise<number>;
  /** Removes the session with its facts and judgements. False when there is no such session. */
  deleteSession(ref: SessionRef): Promise<boolean>;
  /** As deleteSession, of all sessions that the project has when it is begun, a slice at a time. */
  deleteSessions(options: DeleteSessionsOptions): Promise<DeletedSessions>;

  /** Changed sessions that went idle, were closed or are to be judged again, oldest start first; each is ours alone. */
  claimSessions(options: ClaimOptions): Promise<readonly Claim[]>;
  /** False when the lease has ended. */
  renewClaim(claim: Claim, leaseMs: number): Promise<boolean>;
  releaseClaim(claim: Claim, outcome: ReleaseOutcome): Promise<void>;
  readFacts(claim: SessionRef): Promise<SessionFacts>;
  /**
   * For whoever keeps what was read: only what is new since the read that gave the cursor, in no particular order but that
   * of a span's log records. A span that was replaced by a fuller one comes again.
   */
  readNewFacts(claim: SessionRef, cursor?: string): Promise<NewFacts>;
  /**
   * Saves what was built; judgements of turns whose digest did not change stay, those of changed turns are superseded.
   * `links` are digests of neighbouring messages, by which sessions without an id find each other. With `before`, the last
   * save under the claim's revision, only what differs from that is looked at: turns that are other objects. Undefined when
   * the lease has ended, else the revision.
   */
  saveSession(
    claim: Claim,
    built: BuiltSession,
    links: readonly bigint[],
    before?: SavedBefore,
  ): Promise<number | undefined>;
  /** Other sessions of the project that share links with these, most shared first. Of a link that very many share only the newest count. */
  findLinkedSessions(ref: SessionRef, links: readonly bigint[], limit: number): Promise<readonly LinkedSession[]>;
  /** Gives the claimed session's facts and id to another session, which becomes due at once. Ends the claim. */
  joinSession(claim: Claim, into: string): Promise<boolean>;
  readJudgements(ref: SessionRef): Promise<SessionJudgements>;
  /**
   * False when the lease has ended. `spans` are those of the judge's own calls for it, all of one trace; they are kept also
   * where the record is not, as a failure does not take a judgement's place. Of each turn and judge only the latest few are.
   */
  saveTurnJudgement(claim: Claim, record: TurnJudgementRecord, spans?: readonly Span[]): Promise<boolean>;
  /** As saveTurnJudgement. */
  saveTrajectoryJudgement(claim: Claim, record: TrajectoryJudgementRecord, spans?: readonly Span[]): Promise<boolean>;
  /** Undefined when there is no such session. */
  readJudgeSpans(query: JudgeSpansQuery): Promise<JudgeSpans | undefined>;

  /**
   * To be called by whoever judges, alone, before it begins: what a predecessor had set aside counts as spent, what waits for
   * a judge is due (its settings may have been mended), and answers that nobody used are forgotten.
   */
  resumeJudging(): Promise<void>;
  readonly spend: SpendStore;
  /** Answers that no judgement was saved of yet; gone with their session. */
  readonly answers: AnswerStore;

  getSession(ref: SessionRef): Promise<JudgedSession | undefined>;
  findSessions(query: SessionQuery): Promise<SessionPage>;
  countSessions(query: SessionQuery): Promise<number>;
  /** How much work there is, of all projects. */
  countWaiting(): Promise<WaitingSessions>;
  /** What the exporter of that id still has to send. Each exporter has a queue of its own. */
  sendingQueueOf(exporter: string): SendingQueue;
  /** What came as texts and recordings. */
  readonly intakes: Intakes;
  /** Sessions that judges are asked about once more. */
  readonly backfills: BackfillStore;
  /** What people said of sessions. */
  readonly labels: LabelStore;
  /** What evaluators said of sessions. */
  readonly metricScores: MetricScoreStore;
  /** Datasets, and what runs made of them. */
  readonly evaluations: EvaluationStore;
  /** Who may log in. */
  readonly accounts: AccountStore;
  /** Requests that exporters set aside, of one project, oldest first. */
  findParkedRequests(query: ParkedQuery): Promise<readonly ParkedRequest[]>;
  /** Has the exporter send the request again, or forgets it. False when the project has no such parked request. */
  decideParkedRequest(ref: ParkedRef, kind: ParkedDecision["kind"]): Promise<boolean>;
  /** How many things were found damaged since the start, each of which was logged. Absent: this store does not look. */
  damages?(): number;
  /** Calls back after each commit that concerns a session; returns what ends it. */
  watch(listener: (notice: SessionNotice) => void): () => void;
}

export interface WaitingSessions {
  /** With facts that nothing was built of yet: they go quiet first. */
  readonly open: number;
  /** Closed, to be judged again, or to be tried again. */
  readonly due: number;
}

export interface LinkedSession {
  readonly id: string;
  readonly conversationId?: string;
  readonly sharedLinks: number;
  /** All that it has. */
  readonly links: number;
}

export interface StoreNeeds {
  /** Attribute keys that name a conversation, the first present wins; read before the 200, all else after it. */
  readonly conversationKeys: readonly string[];
}

export type StoreFactory<Config = never> = ComponentFactory<Config, Store, StoreNeeds>;
