/** The turns of one conversation out of its operations. */
import type { Operation } from "../dialects/operation.ts";
import type { Step, Turn, TurnFlag } from "../model/session.ts";
import { backfill } from "./backfill.ts";
import { buildSteps, errorOfCall } from "./build-steps.ts";
import { hasContent } from "./call.ts";
import type { Call } from "./call.ts";
import { digestOfTurn } from "./digest.ts";
import { readRecord } from "./history-record.ts";
import { numberMessages } from "./message-positions.ts";
import { markRegenerations } from "./regenerations.ts";
import { dateOf } from "./span-times.ts";
import type { SpanTree } from "./span-tree.ts";
import { splitTurns } from "./split-turns.ts";
import { createSubAgentReader } from "./sub-agents.ts";
import { costOfSteps, usageOfSteps } from "./token-usage.ts";
import { toolsOfTurns } from "./tools-of-turns.ts";
import { draftOfCalls } from "./turn-draft.ts";
import type { TurnDraft } from "./turn-draft.ts";
import { withOwnUserTexts } from "./user-texts.ts";
import { fillFromWrappers, wrappersOfTurns, wrapperTurns } from "./wrappers.ts";

export interface Conversation {
  /** By start. */
  readonly operations: readonly Operation[];
  /** The model calls that count, by start. */
  readonly calls: readonly Call[];
  /** Joined by circumstance: no id, no shared history. */
  readonly isGuess: boolean;
}

export function buildTurns(conversation: Conversation, tree: SpanTree): readonly Turn[] {
  const { calls, operations } = conversation;
  const drafts = draftTurns(conversation, tree);
  const tools = toolsOfTurns(drafts, operations, tree);
  const readSubAgent = createSubAgentReader(operations, tree);
  const flags: readonly TurnFlag[] = conversation.isGuess ? ["guessed_session"] : [];
  const turns = drafts.map((draft, at) => {
    const steps = buildSteps({ calls: draft.calls, tools: tools[at] ?? [], messages: draft.messages, readSubAgent });
    return toTurn(draft, drafts, steps, [...flagsOf(draft), ...flags]);
  });
  const hasSystemPrompt = calls.some(({ systemPrompt }) => systemPrompt !== "");
  return numberMessages(turns, hasSystemPrompt ? 1 : 0);
}

function draftTurns({ calls, operations }: Conversation, tree: SpanTree): readonly TurnDraft[] {
  const groups = splitTurns(calls, tree);
  const wrappers = wrappersOfTurns(groups, operations, tree);
  const called = groups.map((group, at) => fillFromWrappers(draftOfCalls(group, wrappers[at] ?? [])));
  const all = [...called, ...wrapperTurns(called, operations, tree)].sort(byStart);
  return backfill(markRegenerations(withOwnUserTexts(all)), readRecord(calls));
}

function byStart(a: TurnDraft, b: TurnDraft): number {
  const [one, other] = [a.startUnixNano ?? 0n, b.startUnixNano ?? 0n];
  return one < other ? -1 : one > other ? 1 : 0;
}

function toTurn(
  draft: TurnDraft,
  drafts: readonly TurnDraft[],
  steps: readonly Step[],
  flags: readonly TurnFlag[],
): Turn {
  const { reply, aborted, inferred, traceIds } = draft;
  const error = errorOf(draft);
  const isAborted = aborted || (error !== undefined && isAbort(error));
  const costUsd = costOfSteps(steps);
  const regenerated = drafts.findIndex(({ calls }) => calls[0] !== undefined && calls[0] === draft.regenerates);
  const turn = {
    turn: drafts.indexOf(draft) + 1,
    userContent: draft.userTexts.join("\n"),
    ...(reply === undefined ? {} : { assistantContent: reply }),
    steps,
    ...(error === undefined || isAborted ? {} : { error }),
    aborted: isAborted,
    inferred,
    ...(regenerated < 0 ? {} : { regeneratesTurn: regenerated + 1 }),
    ...timesOfTurn(draft, steps),
    traceIds,
    flags,
    usage: usageOfSteps(steps),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
  return { ...turn, digest: digestOfTurn(turn) };
}

/** A failed tool is no failed turn: the last model call must have failed, or the wrapper, and no reply have come. */
function errorOf({ calls, wrappers, reply }: TurnDraft): string | undefined {
  const last = calls.at(-1);
  const error = last === undefined ? undefined : errorOfCall(last);
  if (error !== undefined || reply !== undefined) return error;
  return wrappers.find((wrapper) => wrapper.error !== undefined)?.error;
}

function isAbort(error: string): boolean {
  return /\babort(?:ed|error)?\b/i.test(error);
}

function flagsOf({ calls, userTexts, reply, inferred, aborted }: TurnDraft): readonly TurnFlag[] {
  const isTruncated = calls.some(({ operation }) => operation.input.truncated);
  const last = calls.at(-1);
  const hasFinished = last !== undefined && last.operation.error === undefined && last.calls.length === 0 && !aborted;
  const isMissing =
    userTexts.length === 0 || (hasFinished && reply === undefined) || calls.some((call) => !hasContent(call));
  return [
    ...(isTruncated ? (["truncated"] as const) : []),
    ...(isMissing && !inferred ? (["content_missing"] as const) : []),
  ];
}

function timesOfTurn(draft: TurnDraft, steps: readonly Step[]): { readonly startedAt?: Date; readonly endedAt?: Date } {
  if (draft.startUnixNano === undefined) return {};
  const ends = [
    ...steps.flatMap(({ endedAt }) => endedAt?.getTime() ?? []),
    ...draft.wrappers.map(({ span }) => dateOf(span.endTimeUnixNano).getTime()),
  ];
  const startedAt = dateOf(draft.startUnixNano);
  return ends.length === 0 ? { startedAt } : { startedAt, endedAt: new Date(Math.max(...ends)) };
}
