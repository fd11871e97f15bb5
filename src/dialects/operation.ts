/** What one span did, in words that all dialects share. */
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
  readonly usage?: TokenUsage;
  readonly costUsd?: number;
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
  readonly arguments?: JsonValue;
  readonly result?: JsonValue;
}

/** A wrapper around model and tool calls: an agent, a workflow, one invocation of a framework. */
export interface AgentOperation extends OperationFacts {
  readonly kind: "agent";
  /** What the wrapper says it was asked and what it replied: read only when the model calls do not say. */
  readonly readInput: () => readonly Message[];
  readonly readReply: () => string | undefined;
}

/** Everything else: part of the tree, never a step. */
export interface OtherOperation extends OperationFacts {
  readonly kind: "other";
}

export type OperationKind = Operation["kind"];
