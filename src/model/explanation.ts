/**
 * How a session was built: which spans, dialects and rules made each part of it, and what the spans carried where something is
 * empty. Names, keys, types and sizes; values only when they were asked for. Made to be attached to a report of a mistake.
 */
import type { CallCost } from "./cost.ts";
import type { TokenUsage, TurnFlag } from "./session.ts";

export interface SessionExplanation {
  readonly conversation: ConversationExplanation;
  /** Where the session's user and agent are from; absent when no span names them. */
  readonly user?: Source;
  readonly agent?: Source;
  readonly traces: readonly TraceExplanation[];
  readonly turns: readonly TurnExplanation[];
  /** By start. */
  readonly spans: readonly SpanExplanation[];
  /** Calls that make the session's cost unknown. */
  readonly unpricedCalls: number;
  /** Calls that do not say what they used: the session's tokens are those of the others. */
  readonly callsWithoutUsage: number;
  /** Left out, so that the explanation stays readable. */
  readonly omitted: { readonly turns: number; readonly spans: number };
}

export interface SpanRef {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
}

/** Something read from a span, and the attributes (or events, or log records) that it was read from. */
export interface Source extends SpanRef {
  readonly keys: readonly string[];
}

/**
 * `attribute`: a plain attribute names the conversation. `embedded`: an id inside a JSON value does. `none`: no span names
 * one; the traces were put together by what they share.
 */
export interface ConversationExplanation {
  readonly id?: string;
  readonly by: "attribute" | "embedded" | "none";
  /** The first span that names it. */
  readonly source?: Source;
}

/**
 * Why a trace belongs to the session: it names the conversation; it is the first; it repeats messages of the earlier ones; the
 * same user went on soon after (a guess); `same_response`: it goes on from a response of theirs, or has one of their requests. `other_conversation`: a part of the trace that does not belong.
 */
export interface TraceExplanation {
  readonly traceId: string;
  readonly spans: number;
  readonly because:
    | "conversation_id"
    | "first"
    | "same_response"
    | "shared_messages"
    | "same_user"
    | "joined"
    | "other_conversation";
  readonly sharedMessages?: number;
}

export interface TurnExplanation {
  readonly turn: number;
  readonly start:
    | "first_call"
    | "user_message"
    | "lost_user_message"
    | "new_trace"
    | "new_agent_run"
    | "wrapper"
    | "history";
  /** It has the same history and the same user text as that turn. */
  readonly regeneratesTurn?: number;
  readonly flags: readonly TurnFlag[];
  readonly aborted: boolean;
  readonly userText: TextExplanation;
  /** Images and the like that the user showed. */
  readonly attachments: number;
  readonly reply: TextExplanation;
  readonly modelCalls: readonly ModelCallExplanation[];
  readonly toolCalls: readonly ToolCallExplanation[];
  /** Agents around the calls: asked for what the calls do not say. */
  readonly wrappers: readonly SpanRef[];
  /** Failed attempts at one of the calls. */
  readonly attempts: readonly SpanRef[];
  /** What may be the reason that something is missing. */
  readonly losses: readonly Loss[];
  /** What the spans carried in which a message was looked for in vain. */
  readonly carried: readonly CarriedBySpan[];
}

/** `history`: no span of this turn says it; later calls repeat it. */
export interface TextExplanation {
  readonly from: "model_call" | "wrapper" | "history" | "nowhere";
  readonly characters: number;
  readonly source?: Source;
  /** Why it is nowhere. */
  readonly because?: MissingReason;
}

/**
 * The reasons of Loss; `lost_user_message`: the turn's first call ends with the answer before; `asked_for_tools`: the last call
 * asked for tools, and no later one was seen; `no_model_call`: the turn has none, and its agents do not say;
 * `not_recorded`: nothing tells why.
 */
export type MissingReason =
  | Loss["kind"]
  | "lost_user_message"
  | "aborted"
  | "asked_for_tools"
  | "no_model_call"
  | "not_recorded";

/** The largest attributes that hold texts or structures and are nothing else that is known, and the names of its events. */
export interface CarriedBySpan extends SpanRef {
  readonly attributes: readonly AttributeExplanation[];
  readonly events: readonly string[];
}

export interface ModelCallExplanation extends SpanRef {
  readonly dialect?: string;
  /** `empty`: so many of the messages say nothing, because their content was not recorded. */
  readonly input: MessagesExplanation & { readonly truncated: boolean };
  readonly output: MessagesExplanation;
  readonly provider?: string;
  readonly model?: string;
  readonly responseModel?: string;
  readonly usage?: TokenUsage;
  /** Another span when the call's own lost it. */
  readonly usageSource?: Source;
  readonly cost: CallCost;
  /** It failed without using anything, so that its unknown cost is none. */
  readonly isFree: boolean;
  /** What the span says that it cost, when it does. */
  readonly costKeys: readonly string[];
  readonly error?: Source;
}

export interface MessagesExplanation {
  readonly messages: number;
  readonly empty: number;
  readonly keys: readonly string[];
}

/** Where a part of a tool call is from: the model's answer, what later calls repeat of it, the tool's own span. */
export type ToolPartOrigin = "output" | "history" | "tool_span";

export interface ToolCallExplanation {
  readonly id?: string;
  readonly name: string;
  readonly call: ToolPartOrigin;
  /** Absent when it has none, or they were not recorded. */
  readonly arguments?: ToolPartOrigin;
  readonly result?: ToolPartOrigin;
  readonly error?: ToolPartOrigin;
  /** The tool's own span. */
  readonly span?: SpanRef;
  /** The model's provider ran it. */
  readonly providerRun: boolean;
  /** Parts that end before their JSON does: a limit cut them. */
  readonly cut: readonly ("arguments" | "result")[];
  /** What the tool's span was read from. */
  readonly keys: readonly string[];
  readonly subAgentSpans: number;
}

/**
 * `content_off`: spans without any message. `redacted`: placeholders stand for values. `truncated`: a message list was cut.
 * `dropped_attributes`: the sender's limit took attributes. `failed`: a call failed and says nothing.
 */
export interface Loss extends SpanRef {
  readonly kind: "content_off" | "redacted" | "truncated" | "dropped_attributes" | "failed";
  /** Attributes that were dropped, or placeholders that were met. */
  readonly count?: number;
  /** What was cut. */
  readonly keys?: readonly string[];
}

/** What became of a span. */
export type SpanUse =
  | "model_call"
  | "tool_call"
  | "wrapper"
  | "same_call_again"
  | "attempt"
  | "sub_agent"
  | "tree"
  | "other_conversation";

export interface SpanExplanation extends SpanRef {
  readonly parentSpanId?: string;
  readonly scope: string;
  readonly kind: "model" | "tool" | "agent" | "other";
  /** Absent: it is no agent's span (HTTP, a database). */
  readonly dialect?: string;
  readonly use: SpanUse;
  readonly turn?: number;
  readonly attributes: readonly AttributeExplanation[];
  /** Attributes that are not listed. */
  readonly moreAttributes: number;
  readonly droppedAttributes: number;
  readonly events: readonly string[];
  readonly logRecords: number;
}

/** A flattened list counts as one: `llm.input_messages.*`. */
export interface AttributeExplanation {
  readonly key: string;
  readonly type: "text" | "number" | "boolean" | "bytes" | "list" | "map" | "empty";
  /** Of these attributes together: characters, bytes or elements; 1 for a number. */
  readonly size: number;
  /** How many attributes the key stands for. */
  readonly count: number;
  /** Facts that were read from it. */
  readonly readFor: readonly string[];
  /** A placeholder that stands for a value. */
  readonly redacted: boolean;
  /** Its beginning, when values were asked for. */
  readonly value?: string;
}
