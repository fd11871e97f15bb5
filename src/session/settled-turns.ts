import type { BuiltSession, Step, Turn } from "../model/session.ts";

/**
 * Of a session that may go on, the turns that are over: all before the last one, and that one too when its reply is the last
 * thing that was said.
 */
export function settledTurns({ turns }: BuiltSession): readonly Turn[] {
  const last = turns.at(-1);
  return last === undefined || isAnswered(last) ? turns : turns.slice(0, -1);
}

function isAnswered({ replyMessageIndex, steps }: Turn): boolean {
  return replyMessageIndex !== undefined && steps.every((step) => lastMessageOf(step) <= replyMessageIndex);
}

function lastMessageOf(step: Step): number {
  const result = step.type === "tool_call" ? step.resultMessageIndex : undefined;
  return Math.max(step.messageIndex ?? 0, result ?? 0);
}
