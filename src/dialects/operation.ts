/** What one span did, in words that all dialects share. */
import type { CallCost } from "../model/cost.ts";
import type { JsonValue, TokenUsage, ToolDefinition } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import type { Message } from "./message.ts";

export type Operation = ModelOperation | ToolOperation | AgentOperation | OtherOperation;

interface OperationFacts {
  readonly span: Span;
  /** Name of the dialect that was read; absent for spans that are not an agent's (HTTP, databases). */
  readonly dialect?: string;
  /** From a plain attribute key: the id by which the store files the span, too. */
  readonly conversationId?: string;
  /** From inside a JSON value: found only when the session is built. */
  readonly embeddedConversationId?: string;
  readonly userId?: string;
  readonly agentName?: string;
  readonly error?: string;
}

/** One request to a model. */
export interface ModelOperation extends OperationFacts {
  readonly kind: "model";
  readonly input: MessageList;
  readonly output: readonly Message[];
  readonly provider?: string;
  readonly model?: string;
  readonly responseModel?: string;
  readonly finishReason?: string;
  /** The provider's name for the answer: of two records with the same one, both are of one request. */
  readonly responseId?: string;
  /** The answer that the request goes on from: the provider holds what was said until then. */
  readonly previousResponseId?: string;
  readonly usage?: TokenUsage;
  /** Of the input tokens, those written to a cache. */
  readonly cacheWriteTokens?: number;
  /** In US dollars: as the span says it; once priced, also from a price table. Absent: unknown. */
  readonly costUsd?: number;
  /** How the cost is known, or why it is not. Absent: nobody asked. */
  readonly cost?: CallCost;
  readonly serviceTier?: string;
  readonly tools: readonly ToolDefinition[];
  /** The provider holds the history (previous response id): the input is only what is new. */
  readonly isDelta: boolean;
  /** The answer was stopped while it was being written: our own instrumentation says so, others only by an error. */
  readonly isAborted?: true;
}

export interface MessageList {
  readonly messages: readonly Message[];
  /** The list was cut by a size limit; what is left is whole. */
  readonly truncated: boolean;
  /** Each message came as a record of its own: where neither time nor history tell, their order is a guess. */
  readonly isLoose?: true;
}

/** One use of a tool. */
export interface ToolOperation extends OperationFacts {
  readonly kind: "tool";
  readonly callId?: string;
  readonly name: string;
  /** The name is that of the tool's class, and many tools have the same. */
  readonly isNamedByClass?: true;
  readonly arguments?: JsonValue;
  readonly result?: JsonValue;
}

/** A wrapper around model and tool calls: an agent, a workflow, one invocation of a framework. */
export interface AgentOperation extends OperationFacts {
  readonly kind: "agent";
  /** What the agent is told and offered, where its model calls do not say. */
  readonly systemPrompt?: string;
  readonly tools: readonly ToolDefinition[];
  /** What the wrapper says it was asked and what it replied: read only when the model calls do not say. */
  readonly readInput: () => MessageList;
  readonly readReply: () => string | undefined;
  /** What it replied is what the user got, whatever the model said last (code, or a record that was checked). */
  readonly ownsReply?: true;
  /** All messages of the run as the wrapper kept them, where it keeps such a list; read only for what the calls do not say. */
  readonly readTranscript: () => readonly Message[];
}

/** Everything else: part of the tree, never a step. */
export interface OtherOperation extends OperationFacts {
  readonly kind: "other";
  /** What the model calls below used together: for those of which none says what it used itself. */
  readonly usage?: TokenUsage;
}

export type OperationKind = Operation["kind"];
