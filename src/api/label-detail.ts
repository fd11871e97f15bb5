/** Labels between the wire and the model. Pure. */
import type { LabelProblem, NewLabel, StoredLabel } from "../component/labels.ts";
import type { Caller } from "../component/extension.ts";
import { type LabelTarget, targetKindOf } from "../model/label.ts";
import { ApiError, sessionNotFound } from "./api-error.ts";
import type { ImportedLabelBody, LabelDetail, LabelTargetQuery, NewLabelBody } from "./label-contract.ts";

/** Whoever asks, unless a name was given: accounts share no data, so it can only be one of their own. */
export const labellerOf = ({ account }: Caller, given: string | null | undefined): string =>
  given ?? account?.email ?? "local";

export function toTarget({ turn, tool_call, dimension }: LabelTargetQuery | NewLabelBody): LabelTarget {
  return {
    ...(typeof turn === "number" ? { turn } : {}),
    ...(typeof tool_call === "number" ? { toolCall: tool_call } : {}),
    ...(typeof dimension === "string" ? { dimension } : {}),
  };
}

export function toNewLabel(body: NewLabelBody, sessionId: string, caller: Caller): NewLabel {
  const { score, note, labeller, digest } = body;
  return {
    sessionId,
    ...toTarget(body),
    score,
    labeller: labellerOf(caller, labeller),
    ...(note ? { note } : {}),
    ...(typeof digest === "string" ? { digest } : {}),
  };
}

export function toImportedLabel({ session_id, labelled_at, ...body }: ImportedLabelBody, caller: Caller): NewLabel {
  const label = toNewLabel(body, session_id, caller);
  return typeof labelled_at === "string" ? { ...label, labelledAt: new Date(labelled_at) } : label;
}

export function toLabelDetail(label: StoredLabel): LabelDetail {
  return {
    session_id: label.sessionId,
    target: targetKindOf(label),
    turn: label.turn ?? null,
    tool_call: label.toolCall ?? null,
    dimension: label.dimension ?? null,
    score: label.score,
    note: label.note ?? null,
    labeller: label.labeller,
    labelled_at: label.labelledAt.toISOString(),
    digest: label.digest,
    stale: label.isStale,
  };
}

/** The error that a label of a request's body, or of its session, is refused with. */
export function toRefusal(problems: readonly LabelProblem[]): ApiError {
  if (problems.some(({ what }) => what === "session_id")) return sessionNotFound();
  return refusal(problems.map(({ what, message }) => `"${what}": ${message}`));
}

/** As `toRefusal`, of a list of labels: each is named by its place. */
export const toImportRefusal = (problems: readonly LabelProblem[]): ApiError =>
  refusal(problems.map(({ at, what, message }) => `"labels.${at}.${what}": ${message}`));

const refusal = (reasons: readonly string[]): ApiError => {
  const more = reasons.length > named ? `; and ${reasons.length - named} more` : "";
  return new ApiError(400, "invalid_request", `${reasons.slice(0, named).join("; ")}${more}`);
};

/** So many are named. */
const named = 20;
