/** The turns of a conversation in the making: what the spans alone tell, before later history fills the gaps. */
import type { Operation } from "../dialects/operation.ts";
import { compareCalls } from "./call.ts";
import type { Call } from "./call.ts";
import { compareSpans } from "./compare-spans.ts";
import { countSame } from "./count-same.ts";
import { createDraftIndex } from "./draft-index.ts";
import type { DraftIndex } from "./draft-index.ts";
import { markRegenerations } from "./regenerations.ts";
import { addToContext, noContext } from "./session-context.ts";
import type { SessionContext, Stretch } from "./session-context.ts";
import { sumsOfTurns } from "./shared-usage.ts";
import type { SpanTree } from "./span-tree.ts";
import { splitTurns } from "./split-turns.ts";
import { toolsOfTurns } from "./tools-of-turns.ts";
import type { IdentifiedUnit } from "./trace-units.ts";
import { draftOfCalls } from "./turn-draft.ts";
import type { TurnDraft } from "./turn-draft.ts";
import { withOwnUserMessages } from "./user-messages.ts";
import { fillFromWrappers, repeatsRun, wrappersOfTurns, wrapperTurns } from "./wrappers.ts";

export interface DraftedTurns {
  /** By start. */
  readonly units: readonly IdentifiedUnit[];
  readonly drafts: readonly TurnDraft[];
  readonly context: SessionContext;
  /** By place. The first is the beginning. */
  readonly cuts: readonly Cut[];
  /** About some of the drafts; whoever uses it says about which. */
  readonly index: DraftIndex;
}

/**
 * A moment between two turns that nothing crosses: all spans of the traces before started before it, all others after. From
 * there on turns can be drafted without a look at the traces before.
 */
export interface Cut {
  /** So many units and turns lie before. */
  readonly units: number;
  readonly drafts: number;
  /** When the last span before started. */
  readonly lastStart: bigint;
  readonly context: SessionContext;
}

const beginning: Cut = { units: 0, drafts: 0, lastStart: -1n, context: noContext };

function nothingDrafted(): DraftedTurns {
  return { units: [], drafts: [], context: noContext, cuts: [beginning], index: createDraftIndex() };
}

/**
 * `units` of one conversation, by start. Gives the same whatever was drafted `before`; of that it takes over the turns up
 * to the last cut before the first unit that has changed.
 */
export function draftTurns(
  units: readonly IdentifiedUnit[],
  tree: SpanTree,
  before: DraftedTurns = nothingDrafted(),
): DraftedTurns {
  const same = countSame(units, before.units);
  for (let at = before.cuts.length - 1; at > 0; at--) {
    const cut = before.cuts[at];
    if (cut === undefined || cut.units > same || startOf(units[cut.units]?.operations[0]) <= cut.lastStart) continue;
    const drafted = draftFrom(cut, units, tree, before);
    if (drafted !== undefined) return { ...drafted, cuts: [...before.cuts.slice(0, at), ...drafted.cuts] };
  }
  return draftFrom(beginning, units, tree, before) ?? nothingDrafted();
}

/** Undefined when what comes after the cut reaches back over it. */
function draftFrom(
  cut: Cut,
  units: readonly IdentifiedUnit[],
  tree: SpanTree,
  before: DraftedTurns,
): DraftedTurns | undefined {
  const stretches = stretchesOf(units.slice(cut.units));
  const earlier = before.drafts.slice(0, cut.drafts);
  before.index.update(earlier);
  const drafts = draftStretches(stretches, tree, earlier, before.index);
  if (drafts === undefined) return undefined;
  const { cuts, context } = findCuts(cut, stretches, drafts);
  return { units, drafts: [...earlier, ...drafts], context, cuts, index: before.index };
}

function draftStretches(
  stretches: readonly Stretch[],
  tree: SpanTree,
  earlier: readonly TurnDraft[],
  index: DraftIndex,
): readonly TurnDraft[] | undefined {
  const operations = stretches.flatMap((stretch) => stretch.operations);
  const open = earlier.findLast(({ calls }) => calls.length > 0)?.calls ?? [];
  const split = splitTurns(
    stretches.flatMap(({ calls }) => calls),
    tree,
    open,
  );
  if (split === undefined) return undefined;
  const groups = split.map(({ calls }) => calls);
  const wrappers = wrappersOfTurns(groups, operations, tree);
  const sums = sumsOfTurns(groups, tree);
  const called = split.map((turn, at) => {
    const draft = draftOfCalls(turn, wrappers[at] ?? [], (groups[at - 1] ?? open).at(-1));
    return { ...fillFromWrappers(draft), sums: sums[at] ?? [] };
  });
  const uncalled = wrapperTurns(called, operations, tree);
  if (repeatsRun(uncalled, earlier)) return undefined;
  const all = [...called, ...uncalled].sort(byStart);
  const { tools, reachesBack } = toolsOfTurns(all, operations, tree, index);
  if (reachesBack) return undefined;
  const withTools = all.map((draft, at) => ({ ...draft, tools: tools[at] ?? [] }));
  return markRegenerations(withOwnUserMessages(withTools), index);
}

/** Units cut into stretches: all spans of one started before any of the next. `units` by start. */
function stretchesOf(units: readonly IdentifiedUnit[]): readonly Stretch[] {
  const stretches: IdentifiedUnit[][] = [];
  let lastStart = -1n;
  for (const unit of units) {
    const [first, last] = [startOf(unit.operations[0]), startOf(unit.operations.at(-1))];
    if (first > lastStart) stretches.push([unit]);
    else stretches.at(-1)?.push(unit);
    if (last > lastStart) lastStart = last;
  }
  return stretches.map((own) => ({
    units: own,
    operations: own.flatMap(({ operations }) => operations).sort((a, b) => compareSpans(a.span, b.span)),
    calls: own.flatMap(({ calls }) => calls).sort(compareCalls),
  }));
}

function startOf(operation: Operation | undefined): bigint {
  return operation?.span.startTimeUnixNano ?? 0n;
}

/** The cuts from `first` on, and the context of all. `drafts` are the turns of the stretches. */
function findCuts(
  first: Cut,
  stretches: readonly Stretch[],
  drafts: readonly TurnDraft[],
): Pick<DraftedTurns, "cuts" | "context"> {
  const cuts = [first];
  let { units, context, lastStart } = first;
  let [own, lastCalls]: [number, readonly Call[]] = [0, []];
  const firstTools = firstToolsFrom(drafts);
  for (const stretch of stretches) {
    const start = startOf(stretch.operations[0]);
    for (let next = drafts[own]; next !== undefined && (next.startUnixNano ?? 0n) < start; next = drafts[own]) {
      if (next.calls.length > 0) lastCalls = next.calls;
      own++;
    }
    const last = drafts[own - 1];
    const isBegun = (firstTools[own] ?? start) < start;
    const isOver = !isBegun && startOf(lastCalls.at(-1)?.operation) < start && startOf(last?.tools.at(-1)) < start;
    // A turn without a reply may share its user text with the next.
    if (isOver && last?.reply !== undefined) cuts.push({ units, drafts: first.drafts + own, lastStart, context });
    units += stretch.units.length;
    lastStart = startOf(stretch.operations.at(-1));
    context = addToContext(context, stretch);
  }
  return { cuts, context };
}

/** Of each turn and all after it, when the first of their tools was used: by another machine's clock it may be before the turn. */
function firstToolsFrom(drafts: readonly TurnDraft[]): readonly (bigint | undefined)[] {
  let first: bigint | undefined;
  return drafts
    .toReversed()
    .map(({ tools }) => {
      for (const { span } of tools)
        if (first === undefined || span.startTimeUnixNano < first) first = span.startTimeUnixNano;
      return first;
    })
    .toReversed();
}

function byStart(a: TurnDraft, b: TurnDraft): number {
  const [one, other] = [a.startUnixNano ?? 0n, b.startUnixNano ?? 0n];
  return one < other ? -1 : one > other ? 1 : 0;
}
