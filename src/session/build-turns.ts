/** The turns of one conversation out of their drafts. A turn of which nothing has changed is the same object as before. */
import type { ModelOperation, ToolOperation } from "../dialects/operation.ts";
import type { SubAgent, Turn } from "../model/session.ts";
import { backfill } from "./backfill.ts";
import type { FilledDrafts } from "./backfill.ts";
import { operationsOf } from "./call.ts";
import type { Call } from "./call.ts";
import { buildSteps } from "./build-steps.ts";
import type { StepSources } from "./build-steps.ts";
import { countSame } from "./count-same.ts";
import type { DraftedTurns } from "./draft-turns.ts";
import { finishTurn } from "./finish-turn.ts";
import type { TurnPlace } from "./finish-turn.ts";
import { readRecord } from "./history-record.ts";
import type { ReadRecord } from "./history-record.ts";
import { messageKey } from "./message-key.ts";
import { numberMessages } from "./message-positions.ts";
import { createUsageReader, saysUsage } from "./restated-calls.ts";
import { sumsAfter } from "./session-sums.ts";
import type { SessionSums } from "./session-sums.ts";
import type { SpanTree } from "./span-tree.ts";
import { createSubAgentReader } from "./sub-agents.ts";
import { partsOf } from "./trace-parts.ts";
import type { IdentifiedUnit } from "./trace-units.ts";
import { asksTranscripts, createAgentFinder, readTranscript } from "./transcripts.ts";
import type { AgentFinder } from "./transcripts.ts";
import type { TurnDraft } from "./turn-draft.ts";

export interface BuiltTurns {
  readonly turns: readonly Turn[];
  /** Of each turn what it was made of. */
  readonly filled: FilledFromRecord;
  /** The position of the message after each turn. */
  readonly next: readonly number[];
  readonly isGuess: boolean;
  /** How many messages stand before the first turn. */
  readonly first: number;
  /** After each turn. */
  readonly sums: readonly SessionSums[];
}

/** Drafts with what later history tells of them. */
export interface FilledFromRecord extends FilledDrafts {
  readonly read: ReadRecord;
}

/**
 * `isGuess`: the conversation was put together by circumstance. `before` are the turns of the build before: as far as their
 * drafts are the same, so are they, without a look at each of them.
 */
export function buildTurns(drafted: DraftedTurns, tree: SpanTree, isGuess: boolean, before?: BuiltTurns): BuiltTurns {
  const filled = fillDrafts(drafted, before?.filled);
  const { drafts } = filled;
  const first = drafted.context.systemPrompt === undefined ? 0 : 1;
  const isAlike = before?.isGuess === isGuess && before.first === first;
  const same = isAlike ? countSame(drafts, before.filled.drafts) : 0;
  const unitsOf = createUnitFinder(drafted.units);
  const added = drafts.slice(same).map((draft, at) => {
    const regeneratesTurn = numberOfOriginal(draft, drafts);
    return finishDraft(draft, unitsOf, tree, { turn: same + at + 1, regeneratesTurn, isGuess });
  });
  const numbered = numberMessages(added, before?.next[same - 1] ?? first);
  const turns = numbered.map(({ turn }) => turn);
  return {
    turns: [...(before?.turns.slice(0, same) ?? []), ...turns],
    filled,
    next: [...(before?.next.slice(0, same) ?? []), ...numbered.map(({ next }) => next)],
    isGuess,
    first,
    sums: [...(before?.sums.slice(0, same) ?? []), ...sumsAfter(turns, before?.sums[same - 1])],
  };
}

type UnitFinder = (draft: TurnDraft) => readonly IdentifiedUnit[];

/** The traces of a turn and of its tools. Mostly the last turns are asked for, and theirs are the last traces. */
export function createUnitFinder(units: readonly IdentifiedUnit[]): UnitFinder {
  const unitOfTrace = new Map<string, IdentifiedUnit>();
  let rest = units.length;
  const find = (traceId: string): IdentifiedUnit | undefined => {
    while (rest > 0 && !unitOfTrace.has(traceId)) {
      const unit = units[--rest];
      if (unit !== undefined && !unitOfTrace.has(unit.traceId)) unitOfTrace.set(unit.traceId, unit);
    }
    return unitOfTrace.get(traceId);
  };
  return ({ traceIds, tools }) => {
    const all = new Set([...traceIds, ...tools.map(({ span }) => span.traceId)]);
    return [...all].flatMap((traceId) => find(traceId) ?? []);
  };
}

/** The drafts with what later history tells of them: each becomes a turn. */
export function fillDrafts({ drafts, context: { record } }: DraftedTurns, before?: FilledFromRecord): FilledFromRecord {
  const bare = record === undefined ? drafts.filter(({ calls }) => calls.length === 0) : [];
  const wrappers = bare.flatMap((draft) => draft.wrappers);
  const read = readRecord(record, wrappers, before?.read);
  return { ...backfill(drafts, read.entries, before), read };
}

/** The number of the turn that this one answers anew. Mostly it is the one under which that was finished last. */
function numberOfOriginal({ regenerates }: TurnDraft, drafts: readonly TurnDraft[]): number | undefined {
  if (regenerates === undefined) return undefined;
  const last = finished.get(regenerates)?.place.turn;
  if (last !== undefined && drafts[last - 1]?.calls[0] === regenerates) return last;
  const at = drafts.findIndex(({ calls }) => calls[0] === regenerates);
  return at < 0 ? undefined : at + 1;
}

type Place = Omit<TurnPlace, "steps">;

/** All that a finished turn was made of. */
interface FinishedTurn {
  readonly draft: TurnDraft;
  readonly basis: readonly unknown[];
  readonly place: Place;
  readonly turn: Turn;
}

/** By what no other turn has: the first call, else the wrapper, else a message of history. */
const finished = new WeakMap<object, FinishedTurn>();

/** `unitsOf`: the traces of the turn and of its tools. */
function finishDraft(draft: TurnDraft, unitsOf: UnitFinder, tree: SpanTree, place: Place): Turn {
  const anchor = draft.calls[0] ?? draft.wrappers[0] ?? draft.messages.at(-1);
  const known = anchor === undefined ? undefined : finished.get(anchor);
  const isInPlace = known !== undefined && isSamePlace(known.place, place);
  // The same draft lies before a cut, and nothing before that has changed.
  if (isInPlace && known.draft === draft) return known.turn;
  const units = unitsOf(draft);
  const basis = basisOf(draft, units, tree);
  if (isInPlace && areSame(known.basis, basis) && isSameDraft(known.draft, draft)) return known.turn;
  const turn = finishTurn(draft, { ...place, steps: buildSteps(sourcesOf(draft, units, tree)) });
  if (anchor !== undefined) finished.set(anchor, { draft, basis, place, turn });
  return turn;
}

/** What its traces say of a turn: the parts that it has of them; or they as a whole, where an agent's transcript is asked. */
function basisOf(draft: TurnDraft, units: readonly IdentifiedUnit[], tree: SpanTree): readonly unknown[] {
  if (asksTranscripts(draft)) return units;
  const operations = [...draft.calls.flatMap(operationsOf), ...draft.tools, ...draft.wrappers];
  const parts = units.map((unit) => partsOf(unit, tree));
  return [...new Set(operations.flatMap((operation) => parts.map((partOf) => partOf.get(operation))))];
}

/** What the steps of a turn are made of. */
export function sourcesOf(draft: TurnDraft, units: readonly IdentifiedUnit[], tree: SpanTree): StepSources {
  const { calls, tools, messages, traceIds } = draft;
  const readers = new Map(units.map((unit) => [unit.traceId, readerOf(unit, tree)]));
  const readSubAgent = (tool: ToolOperation) => readers.get(tool.span.traceId)?.readSubAgent(tool);
  const transcript = readTranscript(
    draft,
    traceIds.flatMap((traceId) => readers.get(traceId)?.findAgents ?? []),
  );
  const readUsage = (call: Call) => {
    const told = operationsOf(call).map((operation) => {
      return readers.get(operation.span.traceId)?.readUsage(operation) ?? operation;
    });
    return told.find(saysUsage) ?? call.operation;
  };
  return { calls, tools, messages, transcript, readSubAgent, readUsage };
}

interface UnitReader {
  readonly readSubAgent: (tool: ToolOperation) => SubAgent | undefined;
  readonly readUsage: (call: ModelOperation) => ModelOperation;
  readonly findAgents: AgentFinder;
}

/** One trace may hold all turns of a session. */
const unitReaders = new WeakMap<IdentifiedUnit, UnitReader>();

function readerOf(unit: IdentifiedUnit, tree: SpanTree): UnitReader {
  const { operations } = unit;
  const reader = unitReaders.get(unit) ?? {
    readSubAgent: createSubAgentReader(operations, tree),
    readUsage: createUsageReader(operations, tree),
    findAgents: createAgentFinder(operations, tree),
  };
  unitReaders.set(unit, reader);
  return reader;
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.turn === b.turn && a.regeneratesTurn === b.regeneratesTurn && a.isGuess === b.isGuess;
}

function isSameDraft(a: TurnDraft, b: TurnDraft): boolean {
  if (a === b) return true;
  if (a.reply !== b.reply || a.aborted !== b.aborted || a.inferred !== b.inferred) return false;
  const parts = [a.calls, a.wrappers, a.tools, a.traceIds, a.userMessages.map(messageKey), a.messages];
  const others = [b.calls, b.wrappers, b.tools, b.traceIds, b.userMessages.map(messageKey), b.messages];
  return parts.every((part, at) => areSame(part, others[at] ?? []));
}

function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, at) => value === b[at]);
}
