/** The turns of one conversation out of its operations. */
import type { Operation } from "../dialects/operation.ts";
import type { Turn } from "../model/session.ts";
import { backfill } from "./backfill.ts";
import { buildSteps } from "./build-steps.ts";
import type { Call } from "./call.ts";
import { finishTurn } from "./finish-turn.ts";
import { readRecord } from "./history-record.ts";
import { numberMessages } from "./message-positions.ts";
import { markRegenerations } from "./regenerations.ts";
import type { SpanTree } from "./span-tree.ts";
import { splitTurns } from "./split-turns.ts";
import { createSubAgentReader } from "./sub-agents.ts";
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
  const numbers = new Map(drafts.map((draft, at) => [draft.calls[0], at + 1]));
  const turns = drafts.map((draft, at) => {
    const steps = buildSteps({ calls: draft.calls, tools: tools[at] ?? [], messages: draft.messages, readSubAgent });
    const regeneratesTurn = draft.regenerates === undefined ? undefined : numbers.get(draft.regenerates);
    return finishTurn(draft, { turn: at + 1, steps, regeneratesTurn, isGuess: conversation.isGuess });
  });
  const hasSystemPrompt = calls.some(({ systemPrompt }) => systemPrompt !== "");
  return numberMessages(turns, hasSystemPrompt ? 1 : 0);
}

function draftTurns({ calls, operations }: Conversation, tree: SpanTree): readonly TurnDraft[] {
  const groups = splitTurns(calls, tree);
  const wrappers = wrappersOfTurns(groups, operations, tree);
  const called = groups.map((group, at) => {
    return fillFromWrappers(draftOfCalls(group, wrappers[at] ?? [], groups[at - 1]?.at(-1)));
  });
  const all = [...called, ...wrapperTurns(called, operations, tree)].sort(byStart);
  return backfill(markRegenerations(withOwnUserTexts(all)), readRecord(calls));
}

function byStart(a: TurnDraft, b: TurnDraft): number {
  const [one, other] = [a.startUnixNano ?? 0n, b.startUnixNano ?? 0n];
  return one < other ? -1 : one > other ? 1 : 0;
}
