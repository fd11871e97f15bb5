/**
 * A session: the turns that belong together, rebuilt from spans or messages. Derived, so it can be rebuilt at any time;
 * the digests say what changed between two builds.
 */
import type { Transcript } from "./transcript.ts";

/** Any JSON value, as parsed from arguments and results. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * In tokens, in one meaning for all libraries: `input` is everything the model was given, also what was read from a cache
 * (`cachedInput`) or written to one; `output` is everything it wrote, also its `reasoning`.
 */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly reasoningTokens: number;
}

export type SessionSource = "otlp" | "messages" | "text" | "voice" | "stream";

/** A tool as it was offered to the model; `parameters` is its JSON schema. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: JsonValue;
}

/** A part of a message that is no text: what was shown, spoken or handed over. It is described; its bytes are never kept. */
export interface Attachment {
  readonly kind: "image" | "audio" | "video" | "document" | "file";
  /** `image/png`; of some libraries only the format, `png`. */
  readonly mediaType?: string;
  readonly name?: string;
  /** An address without its query, or the id of an uploaded file. */
  readonly uri?: string;
  /** How large it is, where it was sent along. */
  readonly bytes?: number;
}

/** One request to a model, as a step of a turn. */
export interface ModelCall {
  readonly type: "model_call";
  readonly spanId?: string;
  readonly provider?: string;
  /** The requested model; `responseModel` is the one that answered. */
  readonly model?: string;
  readonly responseModel?: string;
  /** Text the model wrote, also beside tool calls. */
  readonly content?: string;
  /** What it thought before it answered, as far as the provider tells. The user never saw it. */
  readonly reasoning?: string;
  /** Images and the like that it made. Absent: none. */
  readonly attachments?: readonly Attachment[];
  readonly finishReason?: string;
  readonly usage?: TokenUsage;
  readonly costUsd?: number;
  readonly error?: string;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  /** Position of the assistant message in the session's messages, from 0. */
  readonly messageIndex?: number;
}

/** One use of a tool, in the order in which the model asked. A failed tool has `error` and no `result`. */
export interface ToolCall {
  readonly type: "tool_call";
  readonly id?: string;
  readonly name: string;
  /** Parsed when it is JSON, else the text as it was. */
  readonly arguments: JsonValue;
  readonly result?: JsonValue;
  readonly error?: string;
  /**
   * The model's provider ran it, within the model call before it (web search, code interpreter, file search). Of many of these
   * neither arguments (then `{}`) nor result are told.
   */
  readonly providerRun?: true;
  readonly spanId?: string;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly subAgent?: SubAgent;
  /** Position in the session's messages, from 0, of the assistant message that asked, and of the tool's answer. */
  readonly messageIndex?: number;
  readonly resultMessageIndex?: number;
}

/** What a tool did with models and tools of its own. Its usage is never part of the turn's. */
export interface SubAgent {
  readonly steps: readonly Step[];
  readonly usage: TokenUsage;
}

export type Step = ModelCall | ToolCall;

/**
 * `truncated`: a message list was cut by a size limit. `content_missing`: content capture was off or the content was
 * lost. `guessed_session`: no id and no shared history; joined by circumstance. `guessed_speakers`: it was a transcript or a
 * recording, and it is not sure who said what.
 */
export type TurnFlag = "truncated" | "content_missing" | "guessed_session" | "guessed_speakers";

/** A user message, the steps it caused, the answer. */
export interface Turn {
  /** From 1. */
  readonly turn: number;
  /** Where the user showed something and said nothing, a word for it: `[image: photo.png, image/png]`. */
  readonly userContent: string;
  /** What the user showed or handed over. Absent: nothing. */
  readonly attachments?: readonly Attachment[];
  /** The reply the user saw; text beside tool calls is a model call's `content`. */
  readonly assistantContent?: string;
  readonly steps: readonly Step[];
  readonly error?: string;
  /** The user or the application stopped the answer while it was being written. */
  readonly aborted: boolean;
  /** No span of this turn was seen; later history proves that it happened. */
  readonly inferred: boolean;
  /** The turn (from 1) that this one answers anew. */
  readonly regeneratesTurn?: number;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly traceIds: readonly string[];
  readonly flags: readonly TurnFlag[];
  /** Sum over the turn's own model calls, each once. */
  readonly usage: TokenUsage;
  readonly costUsd?: number;
  /** Positions in the session's messages, from 0: of the (last) user message and of the reply. */
  readonly messageIndex?: number;
  readonly replyMessageIndex?: number;
  /** SHA-256 (hex) of what a judge reads of this turn. Equal digest: nothing to judge again. */
  readonly digest: string;
}

/** What the builder makes of facts: everything about a session but what the store adds (id, status, revision). */
export interface BuiltSession {
  readonly conversationId?: string;
  readonly source: SessionSource;
  readonly userId?: string;
  readonly agentName?: string;
  readonly models: readonly string[];
  /** Names of the dialects that were read. */
  readonly dialects: readonly string[];
  readonly systemPrompt?: string;
  /** The tools offered to the model, last definition of each name. */
  readonly tools: readonly ToolDefinition[];
  readonly turns: readonly Turn[];
  readonly usage: TokenUsage;
  readonly costUsd?: number;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  /** How the messages came to be, when they were a text or a recording. */
  readonly transcript?: Transcript;
  /** SHA-256 (hex) over the turns' digests: what a trajectory judgement speaks of. */
  readonly digest: string;
}

/**
 * `open`: more may come. `pending`: complete, waits for a judge. `running`: a judge has it. `closing`: closed by the
 * caller, waits for a judge. `completed`, `failed`: judged, or not judgeable (`error` says why). New spans open it again.
 */
export type SessionStatus = "open" | "pending" | "running" | "closing" | "completed" | "failed";

/** How a session is to be judged, as its sender asked. */
export interface JudgingOptions {
  /** Free text that weighs heavily in the trajectory judgement. */
  readonly instructions?: string;
  readonly evaluateSafety: boolean;
}

/** A session as stored: what was built, and its place in the store. */
export interface Session extends BuiltSession {
  readonly id: string;
  readonly status: SessionStatus;
  readonly createdAt: Date;
  readonly lastActivityAt: Date;
  /** Counts the builds that changed something, from 1; 0 before the first. */
  readonly revision: number;
  readonly metadata: { readonly [key: string]: JsonValue };
  readonly judging: JudgingOptions;
  readonly error?: string;
}
