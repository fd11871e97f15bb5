/** One request that several traces of a conversation tell of is one call: the record that says most stands for the others. */
import { withRecords } from "./call.ts";
import type { Call } from "./call.ts";
import { groupRecords, keysOfRecord, recordedIn } from "./recorded-calls.ts";
import type { RecordedCall } from "./recorded-calls.ts";
import type { SpanTree } from "./span-tree.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

export interface RecordFolder {
  /**
   * Of the units of a conversation, by start: without the calls that others stand for. Units that nothing is changed about
   * are the same objects as before. Those known from before that lead the list are not read again.
   */
  fold(units: readonly IdentifiedUnit[], tree: SpanTree): readonly IdentifiedUnit[];
}

export function createRecordFolder(): RecordFolder {
  const known: { readonly unit: IdentifiedUnit; readonly recorded: readonly RecordedCall[] }[] = [];
  const byKey = new Map<string, RecordedCall[]>();
  /** Keys of more than one call. */
  const shared = new Set<string>();
  const recorders = new Map<string, number>();
  let byContent = false;

  function add(recorded: RecordedCall): void {
    recorders.set(recorded.recorder, (recorders.get(recorded.recorder) ?? 0) + 1);
    for (const key of keysOfRecord(recorded, byContent)) {
      const alike = byKey.get(key);
      if (alike === undefined) byKey.set(key, [recorded]);
      else if (alike.push(recorded) === 2) shared.add(key);
    }
  }

  function remove(recorded: RecordedCall): void {
    recorders.set(recorded.recorder, (recorders.get(recorded.recorder) ?? 1) - 1);
    for (const key of keysOfRecord(recorded, byContent)) {
      const alike = (byKey.get(key) ?? []).filter((other) => other !== recorded);
      if (alike.length < 2) shared.delete(key);
      if (alike.length === 0) byKey.delete(key);
      else byKey.set(key, alike);
    }
  }

  function update(units: readonly IdentifiedUnit[], tree: SpanTree): void {
    const differs = known.findIndex(({ unit }, at) => unit !== units[at]);
    for (const { recorded } of known.splice(differs < 0 ? known.length : differs)) recorded.forEach(remove);
    for (const unit of units.slice(known.length)) {
      const recorded = recordedIn(unit, tree);
      recorded.forEach(add);
      known.push({ unit, recorded });
    }
  }

  /** The first call of a second library: now those before it are to be known by their content, too. */
  function startComparingContent(): void {
    byContent = true;
    byKey.clear();
    shared.clear();
    recorders.clear();
    for (const { recorded } of known) recorded.forEach(add);
  }

  return {
    fold(units, tree) {
      update(units, tree);
      if (!byContent && [...recorders.values()].filter((count) => count > 0).length > 1) startComparingContent();
      if (shared.size === 0) return units;
      // Those that name the same answer first, then those with the same question.
      const folding = foldingOf(
        [...shared]
          .sort()
          .reverse()
          .map((key) => byKey.get(key) ?? []),
      );
      return folding.folded.size === 0 ? units : units.map((unit) => foldUnit(unit, folding));
    },
  };
}

interface Folding {
  /** The other records, by the one that stands for them. */
  readonly others: ReadonlyMap<Call, readonly Call[]>;
  readonly folded: ReadonlySet<Call>;
}

function foldingOf(alike: readonly (readonly RecordedCall[])[]): Folding {
  const others = new Map<Call, readonly Call[]>();
  const folded = new Set<Call>();
  for (const own of alike) {
    for (const [first, ...rest] of groupRecords(own.filter(({ call }) => !folded.has(call)))) {
      if (first === undefined || rest.length === 0) continue;
      const records = rest.flatMap(({ call }) => [call, ...(others.get(call) ?? [])]);
      others.set(first.call, [...(others.get(first.call) ?? []), ...records]);
      for (const { call } of rest) folded.add(call);
    }
  }
  return { others, folded };
}

const foldedUnits = new WeakMap<IdentifiedUnit, IdentifiedUnit>();

function foldUnit(unit: IdentifiedUnit, { others, folded }: Folding): IdentifiedUnit {
  const calls = unit.calls.flatMap((call) => (folded.has(call) ? [] : [withRecords(call, others.get(call) ?? [])]));
  if (areSame(calls, unit.calls)) return unit;
  const known = foldedUnits.get(unit);
  if (known !== undefined && areSame(calls, known.calls)) return known;
  const foldedUnit = { ...unit, calls };
  foldedUnits.set(unit, foldedUnit);
  return foldedUnit;
}

function areSame(a: readonly Call[], b: readonly Call[]): boolean {
  return a.length === b.length && a.every((call, at) => call === b[at]);
}
