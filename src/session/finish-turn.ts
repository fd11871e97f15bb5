/** A turn out of its draft and its steps: error, flags, times, usage, digest. */
import type { Step, Turn, TurnFlag } from "../model/session.ts";
import { errorOfCall } from "./build-steps.ts";
import { hasContent } from "./call.ts";
import { digestOfTurn } from "./digest.ts";
import { userSide } from "./user-messages.ts";
import { usageOf } from "./shared-usage.ts";
import { dateOf, latest } from "./span-times.ts";
import { costOfSteps, saysAborted } from "./token-usage.ts";
import type { TurnDraft } from "./turn-draft.ts";

export interface TurnPlace {
  /** From 1. */
  readonly turn: number;
  readonly regeneratesTurn: number | undefined;
  readonly steps: readonly Step[];
  /** The conversation was put together by circumstance. */
  readonly isGuess: boolean;
}

export function finishTurn(draft: TurnDraft, { turn, regeneratesTurn, steps, isGuess }: TurnPlace): Turn {
  const { reply, inferred, traceIds } = draft;
  const error = errorOf(draft);
  const isAborted = wasAborted(draft, error);
  const costUsd = costOfSteps(steps);
  const finished = {
    turn,
    ...userSide(draft.userMessages),
    ...(reply === undefined ? {} : { assistantContent: reply }),
    steps,
    ...(error === undefined || isAborted ? {} : { error }),
    aborted: isAborted,
    inferred,
    ...(regeneratesTurn === undefined ? {} : { regeneratesTurn }),
    ...timesOfTurn(draft, steps),
    traceIds,
    flags: flagsOf(draft, isGuess, isAborted),
    usage: usageOf(steps, draft.sums ?? []),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
  return { ...finished, digest: digestOfTurn(finished) };
}

/** A failed tool is no failed turn: the last model call must have failed, or the wrapper, and no reply have come. */
function errorOf({ calls, wrappers, reply }: TurnDraft): string | undefined {
  const last = calls.at(-1);
  const error = last === undefined ? undefined : errorOfCall(last);
  if (error !== undefined || reply !== undefined) return error;
  return wrappers.find((wrapper) => wrapper.error !== undefined)?.error;
}

/** History shows it, or the last model call says so, by its mark or by its error. */
function wasAborted({ aborted, calls }: TurnDraft, error: string | undefined): boolean {
  if (aborted || calls.at(-1)?.operation.isAborted === true) return true;
  return error !== undefined && saysAborted(error);
}

function flagsOf(
  { calls, userMessages, reply, inferred }: TurnDraft,
  isGuess: boolean,
  isAborted: boolean,
): readonly TurnFlag[] {
  const isTruncated = calls.some(({ operation }) => operation.input.truncated);
  const last = calls.at(-1);
  const hasFinished = last !== undefined && last.operation.error === undefined && last.calls.length === 0 && !isAborted;
  const isMissing =
    userMessages.length === 0 || (hasFinished && reply === undefined) || calls.some((call) => !hasContent(call));
  const flags: TurnFlag[] = [];
  if (isTruncated) flags.push("truncated");
  if (isMissing && !inferred) flags.push("content_missing");
  if (isGuess) flags.push("guessed_session");
  return flags;
}

function timesOfTurn(draft: TurnDraft, steps: readonly Step[]): { readonly startedAt?: Date; readonly endedAt?: Date } {
  if (draft.startUnixNano === undefined) return {};
  const startedAt = dateOf(draft.startUnixNano);
  const endedAt = latest([
    ...steps.flatMap(({ endedAt }) => endedAt ?? []),
    ...draft.wrappers.map(({ span }) => dateOf(span.endTimeUnixNano)),
  ]);
  return endedAt === undefined ? { startedAt } : { startedAt, endedAt };
}
