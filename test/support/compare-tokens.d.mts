import type { BuiltSession } from "../../src/model/session.ts";

/** Input (with what was read from a cache and written to one), output, read from a cache. */
export type TokenSums = readonly [input: number, output: number, cachedInput: number];

export interface TokenComparison {
  readonly wanted: TokenSums;
  readonly got: TokenSums;
  readonly isExact: boolean;
}

/** What the models really served against what was rebuilt, sub-agents included. `expected`: a capture's truth. */
export function compareTokens(expected: unknown, sessions: readonly BuiltSession[]): TokenComparison;

/** Captures whose tokens cannot be exact, and why: what is missing never left the process, or was written wrong. */
export const notCarried: ReadonlyMap<string, string>;
