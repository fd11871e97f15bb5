/** Why something of a turn may be missing, and why one of its texts is. */
import { isPlaceholder } from "../../dialects/tool-result.ts";
import type { Loss, MissingReason } from "../../model/explanation.ts";
import type { Span } from "../../model/span.ts";
import { errorOfCall } from "../build-steps.ts";
import { hasContent, hasOutput } from "../call.ts";
import type { Call } from "../call.ts";
import type { TurnDraft } from "../turn-draft.ts";
import { keysOf, refOf } from "./sources.ts";
import type { WatchedFacts } from "./watched-facts.ts";

/** Of its calls; of the agents around where there are none. */
export function lossesOf({ calls, wrappers }: TurnDraft, watched: WatchedFacts): readonly Loss[] {
  if (calls.length > 0) return calls.flatMap((call) => lossesOfCall(call, watched));
  return wrappers.flatMap(({ span }) => lossesOfSpan(span));
}

function lossesOfCall(call: Call, watched: WatchedFacts): readonly Loss[] {
  const { span, input } = call.operation;
  const ref = refOf(span);
  const losses = [...lossesOfSpan(span)];
  if (input.truncated) losses.push({ ...ref, kind: "truncated", keys: keysOf(span, "input", watched) });
  if (errorOfCall(call) !== undefined && !hasOutput(call)) losses.push({ ...ref, kind: "failed" });
  if (!hasContent(call) && losses.length === 0) losses.push({ ...ref, kind: "content_off" });
  return losses;
}

function lossesOfSpan(span: Span): readonly Loss[] {
  const placeholders = [...span.attributes.values()].filter(
    (value) => typeof value === "string" && isPlaceholder(value),
  );
  const dropped = span.droppedAttributesCount;
  return [
    ...(dropped > 0 ? [{ ...refOf(span), kind: "dropped_attributes", count: dropped } as const] : []),
    ...(placeholders.length > 0 ? [{ ...refOf(span), kind: "redacted", count: placeholders.length } as const] : []),
  ];
}

/** The most telling loss first. */
const lossReasons = ["truncated", "redacted", "dropped_attributes", "content_off"] as const;

export function whyNoUserText(draft: TurnDraft, losses: readonly Loss[]): MissingReason {
  if (draft.start === "lost_user_message") return "lost_user_message";
  return lossReasons.find((kind) => losses.some((loss) => loss.kind === kind)) ?? without(draft);
}

export function whyNoReply(draft: TurnDraft, aborted: boolean, losses: readonly Loss[]): MissingReason {
  const last = draft.calls.at(-1);
  if (aborted) return "aborted";
  if (last !== undefined && errorOfCall(last) !== undefined) return "failed";
  if (last !== undefined && last.calls.length > 0) return "asked_for_tools";
  // What a call was given may be cut and its answer whole, so that a cut says nothing here.
  const own = losses.filter(({ kind, spanId }) => kind !== "truncated" && spanId === last?.operation.span.spanId);
  return (
    lossReasons.find((kind) => (last === undefined ? losses : own).some((loss) => loss.kind === kind)) ?? without(draft)
  );
}

function without({ calls }: TurnDraft): MissingReason {
  return calls.length === 0 ? "no_model_call" : "not_recorded";
}
