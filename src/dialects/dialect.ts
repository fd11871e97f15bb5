/** The contract of a dialect: one library's way of writing agent spans. */
import type { LogRecord, Span } from "../model/span.ts";
import type { Note } from "./note.ts";
import type { Operation } from "./operation.ts";
import type { ReadMemory } from "./read-memory.ts";

export interface Dialect {
  /** As shown in a session's `dialects`. */
  readonly name: string;
  /** Recognised by attribute keys; the scope's name is only a hint, users choose it. */
  readonly matches: (span: Span) => boolean;
  /** Never throws; what it cannot read it leaves out. */
  readonly read: (span: Span, context: ReadContext) => Operation;
}

export interface ReadContext {
  /** The log records of this span, in their order. */
  readonly logRecords: readonly LogRecord[];
  /** The parent, if it has been seen. */
  readonly parent?: Span;
  /** What was read of other spans: model calls repeat their history, and nothing is parsed twice. */
  readonly memory: ReadMemory;
  /** Attribute keys that name a conversation, instead of those that all know. */
  readonly conversationKeys?: readonly string[];
  /** Whoever explains a session watches what each fact is read from. */
  readonly note?: Note;
}
