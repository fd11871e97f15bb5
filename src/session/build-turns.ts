/** The turns of one conversation out of their drafts. A turn of which nothing has changed is the same object as before. */
import type { AgentOperation, ModelOperation, ToolOperation } from "../dialects/operation.ts";
import type { SubAgent, Turn } from "../model/session.ts";
import { backfill } from "./backfill.ts";
import { buildSteps } from "./build-steps.ts";
import type { StepSources } from "./build-steps.ts";
import type { DraftedTurns } from "./draft-turns.ts";
import { finishTurn } from "./finish-turn.ts";
import type { TurnPlace } from "./finish-turn.ts";
import { readRecord } from "./history-record.ts";
import { numberMessages } from "./message-positions.ts";
import { createUsageReader } from "./restated-calls.ts";
import type { SpanTree } from "./span-tree.ts";
import { createSubAgentReader } from "./sub-agents.ts";
import type { IdentifiedUnit } from "./trace-units.ts";
import { ownAgents, readTranscript } from "./transcripts.ts";
import type { TurnDraft } from "./turn-draft.ts";

/** `isGuess`: the conversation was put together by circumstance. */
export function buildTurns(drafted: DraftedTurns, tree: SpanTree, isGuess: boolean): readonly Turn[] {
  const { units, context } = drafted;
  const drafts = fillDrafts(drafted);
  const unitsOf = createUnitFinder(units);
  const numberOf = createNumbers(drafts);
  const turns = drafts.map((draft, at) => {
    return finishDraft(draft, unitsOf(draft), tree, { turn: at + 1, regeneratesTurn: numberOf(draft), isGuess });
  });
  return numberMessages(turns, context.systemPrompt === undefined ? 0 : 1);
}

/** The traces of a turn and of its tools. */
export function createUnitFinder(units: readonly IdentifiedUnit[]): (draft: TurnDraft) => readonly IdentifiedUnit[] {
  const unitOfTrace = new Map(units.map((unit) => [unit.traceId, unit]));
  return ({ traceIds, tools }) => {
    const all = new Set([...traceIds, ...tools.map(({ span }) => span.traceId)]);
    return [...all].flatMap((traceId) => unitOfTrace.get(traceId) ?? []);
  };
}

/** The drafts with what later history tells of them: each becomes a turn. */
export function fillDrafts({ drafts, context: { record } }: DraftedTurns): readonly TurnDraft[] {
  const bare = record === undefined ? drafts.filter(({ calls }) => calls.length === 0) : [];
  return backfill(
    drafts,
    readRecord(
      record,
      bare.flatMap(({ wrappers }) => wrappers),
    ),
  );
}

/** The numbers of the turns that are answered anew, by the turns that do so. */
function createNumbers(drafts: readonly TurnDraft[]): (draft: TurnDraft) => number | undefined {
  if (drafts.every(({ regenerates }) => regenerates === undefined)) return () => undefined;
  const numbers = new Map(drafts.map(({ calls }, at) => [calls[0], at + 1]));
  return ({ regenerates }) => (regenerates === undefined ? undefined : numbers.get(regenerates));
}

type Place = Omit<TurnPlace, "steps">;

/** All that a finished turn was made of. */
interface FinishedTurn {
  readonly draft: TurnDraft;
  readonly units: readonly IdentifiedUnit[];
  readonly place: Place;
  readonly turn: Turn;
}

/** By what no other turn has: the first call, else the wrapper, else a message of history. */
const finished = new WeakMap<object, FinishedTurn>();

/** `units`: the traces of the turn and of its tools. */
function finishDraft(draft: TurnDraft, units: readonly IdentifiedUnit[], tree: SpanTree, place: Place): Turn {
  const anchor = draft.calls[0] ?? draft.wrappers[0] ?? draft.messages.at(-1);
  const known = anchor === undefined ? undefined : finished.get(anchor);
  if (known !== undefined && isSameTurn(known, draft, units, place)) return known.turn;
  const turn = finishTurn(draft, { ...place, steps: buildSteps(sourcesOf(draft, units, tree)) });
  if (anchor !== undefined) finished.set(anchor, { draft, units, place, turn });
  return turn;
}

/** What the steps of a turn are made of. */
export function sourcesOf(draft: TurnDraft, units: readonly IdentifiedUnit[], tree: SpanTree): StepSources {
  const { calls, tools, messages, traceIds } = draft;
  const readers = new Map(units.map((unit) => [unit.traceId, readerOf(unit, tree)]));
  const readSubAgent = (tool: ToolOperation) => readers.get(tool.span.traceId)?.readSubAgent(tool);
  const transcript = readTranscript(
    draft,
    traceIds.flatMap((traceId) => readers.get(traceId)?.agents ?? []),
  );
  const readUsage = (call: ModelOperation) => readers.get(call.span.traceId)?.readUsage(call) ?? call;
  return { calls, tools, messages, transcript, readSubAgent, readUsage };
}

interface UnitReader {
  readonly readSubAgent: (tool: ToolOperation) => SubAgent | undefined;
  readonly readUsage: (call: ModelOperation) => ModelOperation;
  readonly agents: readonly AgentOperation[];
}

/** One trace may hold all turns of a session. */
const unitReaders = new WeakMap<IdentifiedUnit, UnitReader>();

function readerOf(unit: IdentifiedUnit, tree: SpanTree): UnitReader {
  const { operations } = unit;
  const reader = unitReaders.get(unit) ?? {
    readSubAgent: createSubAgentReader(operations, tree),
    readUsage: createUsageReader(operations, tree),
    agents: ownAgents(operations, tree),
  };
  unitReaders.set(unit, reader);
  return reader;
}

function isSameTurn(known: FinishedTurn, draft: TurnDraft, units: readonly IdentifiedUnit[], place: Place): boolean {
  const [a, b] = [known.place, place];
  const isInPlace = a.turn === b.turn && a.regeneratesTurn === b.regeneratesTurn && a.isGuess === b.isGuess;
  return isInPlace && areSame(known.units, units) && isSameDraft(known.draft, draft);
}

function isSameDraft(a: TurnDraft, b: TurnDraft): boolean {
  if (a === b) return true;
  if (a.reply !== b.reply || a.aborted !== b.aborted || a.inferred !== b.inferred) return false;
  const parts = [a.calls, a.wrappers, a.tools, a.traceIds, a.userTexts, a.messages];
  const others = [b.calls, b.wrappers, b.tools, b.traceIds, b.userTexts, b.messages];
  return parts.every((part, at) => areSame(part, others[at] ?? []));
}

function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
