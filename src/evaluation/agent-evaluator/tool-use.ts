import { round4 } from "../python-numbers.ts";
import type { CalledTool } from "./agent-result.ts";

/**
 * How far the tools called are those expected, 0..1: F1 over their names, each once, less 0.1 for every call that failed (0.5 at
 * most). 1 where none is expected. Source: agent-evals, README and `_score_tool_use`.
 */
export function toolUse(calls: readonly CalledTool[], expected: readonly string[]): number {
  if (expected.length === 0) return 1;
  const called = new Set(calls.map(({ name }) => name));
  const wanted = new Set(expected);
  const found = [...wanted].filter((name) => called.has(name)).length;
  const penalty = Math.min(0.5, calls.filter(({ error }) => error !== undefined && error !== "").length * 0.1);
  return round4(Math.max(0, f1(found / called.size, found / wanted.size) - penalty));
}

/** Also where nothing was called, which has no precision. */
function f1(precision: number, recall: number): number {
  return recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
