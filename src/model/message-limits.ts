/** How much the messages of one session may be, where an account limits it. Source: ValueHead's limits (VH-22). */
import type { AccountLimits } from "./account.ts";
import type { Refusal } from "./errors.ts";

/** What counts against the limits. */
export interface MessageSize {
  /** In all texts: messages, offered tools, metadata. */
  readonly characters: number;
  readonly toolCalls: number;
}

/** How much the caller's account may store, and how much this is. */
export interface Allowance {
  readonly limits: AccountLimits;
  readonly size: MessageSize;
}

export const addSizes = (a: MessageSize, b: MessageSize): MessageSize => ({
  characters: a.characters + b.characters,
  toolCalls: a.toolCalls + b.toolCalls,
});

/** Undefined when a session of that size is within the limits. */
export function excessOf({ characters, toolCalls }: MessageSize, limits: AccountLimits): Refusal | undefined {
  if (characters > limits.maxCharacters) {
    const message = `a trace may hold ${limits.maxCharacters} characters, this one would have ${characters}`;
    return { code: "trace_too_large", message };
  }
  if (toolCalls > limits.maxToolCalls) {
    const message = `a trace may hold ${limits.maxToolCalls} tool calls, this one would have ${toolCalls}`;
    return { code: "too_many_tool_calls", message };
  }
  return undefined;
}
