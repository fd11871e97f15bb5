/** Digests of what a judge reads: equal digest, nothing to judge again. Times, ids and usage do not count. */
import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import type { Attachment, JsonValue, Step, Turn } from "../model/session.ts";
import { canonicalJson } from "./canonical-json.ts";
import { countSame } from "./count-same.ts";

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
  return createSessionDigest().update(turns);
}

export interface SessionDigest {
  /** Of these turns. What leads the list since the last but one time is not hashed again. */
  update(turns: readonly Turn[]): string;
}

export function createSessionDigest(): SessionDigest {
  let before: readonly Turn[] = [];
  /** The hash of so many of them that lead. */
  let [hashed, count] = [beginDigest(), 0];
  return {
    update(turns) {
      const same = countSame(turns, before);
      if (same < count) [hashed, count] = [beginDigest(), 0];
      hashed.update(listed(turns, count, same));
      [before, count] = [turns, same];
      return hashed
        .copy()
        .update(`${listed(turns, same, turns.length)}]`)
        .digest("hex");
    },
  };
}

/** Of texts alone JSON is canonical, and much faster. */
function beginDigest(): Hash {
  return createHash("sha256").update("[");
}

function listed(turns: readonly Turn[], from: number, until: number): string {
  const items = turns.slice(from, until).map(({ digest }) => JSON.stringify(digest));
  return from > 0 && items.length > 0 ? `,${items.join(",")}` : items.join(",");
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
