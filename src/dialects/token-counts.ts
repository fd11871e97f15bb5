/**
 * Tokens of one model call as libraries report them, and in one meaning: the input includes what was read from a cache and
 * what was written to one, the output includes reasoning. Libraries differ in both (measured on captured traffic).
 */
import type { TokenUsage } from "../model/session.ts";

/** As reported; what is absent was not said. */
export interface TokenCounts {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly total?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
  /** The library is known to leave cached tokens out of the input. */
  readonly inputIsUncached?: boolean;
}

export interface CallUsage {
  readonly usage: TokenUsage;
  /** Of the input tokens, those written to a cache, which cost more than the others. Absent: none. */
  readonly cacheWriteTokens?: number;
}

/** No call is this large: such a number is a mistake of the library. */
const maxTokens = 1_000_000_000;

/** Undefined when neither input nor output was said. Numbers that no count can be (negative, broken) were not said. */
export function toCallUsage(reported: TokenCounts): CallUsage | undefined {
  const input = countOf(reported.input);
  const output = countOf(reported.output);
  if (input === undefined && output === undefined) return undefined;
  const cacheRead = countOf(reported.cacheRead) ?? 0;
  const cacheWrite = countOf(reported.cacheWrite) ?? 0;
  const reasoning = countOf(reported.reasoning) ?? 0;
  const [given, answered] = [input ?? 0, output ?? 0];
  const beside = (countOf(reported.total) ?? given + answered) - given - answered;
  const cached = cacheRead + cacheWrite;
  // Larger than what it should be a part of, or missing from the parts of the total: then it stands beside it.
  const addsCached = cached > given || isPartOf(beside, cached, reasoning) || reported.inputIsUncached === true;
  const addsReasoning = reasoning > answered || isPartOf(beside, reasoning, cached);
  return {
    usage: {
      inputTokens: addsCached ? given + cached : given,
      outputTokens: addsReasoning ? answered + reasoning : answered,
      cachedInputTokens: cacheRead,
      reasoningTokens: reasoning,
    },
    ...(cacheWrite === 0 ? {} : { cacheWriteTokens: cacheWrite }),
  };
}

function isPartOf(beside: number, count: number, other: number): boolean {
  return count > 0 && (beside === count || beside === count + other);
}

function countOf(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 && value <= maxTokens ? value : undefined;
}
