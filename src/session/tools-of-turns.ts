/** Which tool spans belong to which turn. */
import { groupBy } from "../dialects/group-by.ts";
import type { Operation, ToolOperation } from "../dialects/operation.ts";
import { operationsOf } from "./call.ts";
import type { Call } from "./call.ts";
import { askedIds } from "./draft-index.ts";
import type { DraftIndex } from "./draft-index.ts";
import type { SpanTree } from "./span-tree.ts";
import type { TurnDraft } from "./turn-draft.ts";

export interface ToolsOfTurns {
  readonly tools: readonly (readonly ToolOperation[])[];
  /** A tool belongs to one of the turns before these, or one that they have belongs to one of these. */
  readonly reachesBack: boolean;
}

/**
 * Those of the turn's traces; of a trace that holds several turns, those that the turn asked for, or that start within it. A
 * trace of tools alone (a long-lived client, a server of tools) serves who asked for the tool's id, else whatever turn is on.
 * `earlier` are the turns before these.
 */
export function toolsOfTurns(
  drafts: readonly TurnDraft[],
  operations: readonly Operation[],
  tree: SpanTree,
  earlier: DraftIndex,
): ToolsOfTurns {
  const byTrace = groupBy(
    drafts.flatMap((draft, at) => draft.traceIds.map((traceId) => ({ traceId, draft, at }))),
    ({ traceId }) => traceId,
  );
  const started = drafts.map((draft, at) => ({ draft, at }));
  const owners = new Map([...byTrace].map(([traceId, turns]) => [traceId, createOwnerFinder(turns, tree)]));
  const ownerOfLoose = createLooseOwnerFinder(started, earlier);
  const tools: ToolOperation[][] = drafts.map(() => []);
  const askedNow = new Set(drafts.flatMap(({ calls }) => calls.flatMap(askedIds)));
  let reachesBack = [...askedNow].some((id) => earlier.hasUnasked(id));
  for (const operation of operations) {
    if (operation.kind !== "tool" || tree.get(operation)?.tool !== undefined) continue;
    const ownerOf = owners.get(operation.span.traceId);
    const owner = (ownerOf ?? ownerOfLoose)(operation);
    if (owner !== undefined) tools[owner.at]?.push(operation);
    else if (ownerOf === undefined && !earlier.isEmpty()) reachesBack = true;
  }
  return { tools, reachesBack };
}

interface Numbered {
  readonly draft: TurnDraft;
  readonly at: number;
}

type FindOwner = (tool: ToolOperation) => Numbered | undefined;

/** The last that asked for the tool before it was used; by a clock that is behind, the first. */
function createLooseOwnerFinder(turns: readonly Numbered[], earlier: DraftIndex): FindOwner {
  const asking = turnsBy(turns, askedIds);
  return (tool) => {
    const asked = [...(asking.get(tool.callId ?? "") ?? [])];
    const last = lastStartedBefore(asked, tool);
    if (last !== undefined) return last;
    if (earlier.hasAsked(tool.callId ?? "")) return undefined;
    if (asked[0] !== undefined) return asked[0];
    return turns.length === 1 && earlier.isEmpty() ? turns[0] : lastStartedBefore(turns, tool);
  };
}

/** Of one trace. Clocks of two machines differ: who asked for the tool, and what both are parts of, go before the times. */
function createOwnerFinder(turns: readonly Numbered[], tree: SpanTree): FindOwner {
  if (turns.length === 1) return () => turns[0];
  const asking = turnsBy(turns, askedIds);
  const working = turnsBy(turns, (call) =>
    operationsOf(call).flatMap((operation) => tree.get(operation)?.agents ?? []),
  );
  return (tool) => {
    const asked = asking.get(tool.callId ?? "");
    if (asked?.size === 1) return [...asked][0];
    const agent = tree.get(tool)?.agents.find((above) => working.has(above));
    const worked = agent === undefined ? undefined : working.get(agent);
    return worked?.size === 1 ? [...worked][0] : lastStartedBefore(turns, tool);
  };
}

function turnsBy<Key>(
  turns: readonly Numbered[],
  keysOf: (call: Call) => readonly Key[],
): ReadonlyMap<Key, ReadonlySet<Numbered>> {
  const byKey = new Map<Key, Set<Numbered>>();
  for (const turn of turns)
    for (const key of turn.draft.calls.flatMap(keysOf)) byKey.set(key, (byKey.get(key) ?? new Set()).add(turn));
  return byKey;
}

function lastStartedBefore(turns: readonly Numbered[], { span }: ToolOperation): Numbered | undefined {
  return turns.findLast(
    ({ draft }) => draft.startUnixNano !== undefined && draft.startUnixNano <= span.startTimeUnixNano,
  );
}
