/** Digests of what a judge reads: equal digest, nothing to judge again. Times, ids and usage do not count. */
import { createHash } from "node:crypto";
import type { Attachment, JsonValue, Step, Turn } from "../model/session.ts";
import { canonicalJson } from "./canonical-json.ts";

export function digestOfTurn(turn: Omit<Turn, "digest">): string {
  const { userContent, attachments, assistantContent, error, aborted, steps } = turn;
  return sha256([
    userContent,
    assistantContent ?? null,
    error ?? null,
    aborted,
    steps.map(contentOfStep),
    ...shown(attachments),
  ]);
}

/** What a trajectory judgement speaks of: the turns in their order. */
export function digestOfSession(turns: readonly Turn[]): string {
  // Of texts alone this is canonical JSON, and much faster.
  return hashOf(JSON.stringify(turns.map((turn) => turn.digest)));
}

function contentOfStep(step: Step): JsonValue {
  if (step.type === "model_call") {
    const { content, error, reasoning, attachments } = step;
    return [
      "model",
      content ?? null,
      error ?? null,
      ...(reasoning === undefined ? [] : [reasoning]),
      ...shown(attachments),
    ];
  }
  const result = step.result === undefined ? [] : [step.result];
  const inner = step.subAgent?.steps.map(contentOfStep) ?? null;
  const by = step.providerRun === true ? ["provider"] : [];
  return ["tool", step.name, step.arguments, result, step.error ?? null, inner, ...by];
}

/** What has none has the digest that it had before attachments were read. */
function shown(attachments: readonly Attachment[] = []): readonly JsonValue[] {
  return attachments.length === 0 ? [] : [attachments.map((attachment) => ({ ...attachment }))];
}

function sha256(value: JsonValue): string {
  return hashOf(canonicalJson(value));
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
