/** Digests of what a judge reads: equal digest, nothing to judge again. Times, ids and usage do not count. */
import { createHash } from "node:crypto";
import type { JsonValue, Step, Turn } from "../model/session.ts";
import { canonicalJson } from "./canonical-json.ts";

export function digestOfTurn(turn: Omit<Turn, "digest">): string {
  const { userContent, assistantContent, error, aborted, steps } = turn;
  return sha256([userContent, assistantContent ?? null, error ?? null, aborted, steps.map(contentOfStep)]);
}

/** What a trajectory judgement speaks of: the turns in their order. */
export function digestOfSession(turns: readonly Turn[]): string {
  return sha256(turns.map((turn) => turn.digest));
}

function contentOfStep(step: Step): JsonValue {
  if (step.type === "model_call") return ["model", step.content ?? null, step.error ?? null];
  const result = step.result === undefined ? [] : [step.result];
  const inner = step.subAgent?.steps.map(contentOfStep) ?? null;
  return ["tool", step.name, step.arguments, result, step.error ?? null, inner];
}

function sha256(value: JsonValue): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
