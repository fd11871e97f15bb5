/** A trace in parts that know nothing of each other, so that what is new in one leaves what was made of the others. */
import { groupBy } from "../dialects/group-by.ts";
import type { Operation } from "../dialects/operation.ts";
import type { SpanTree } from "./span-tree.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

/** All that is below one root, twins with their twins. The same list as before when nothing about it has changed. */
export type TracePart = readonly Operation[];

const parts = new WeakMap<IdentifiedUnit, ReadonlyMap<Operation, TracePart>>();

/** The part of each operation of the unit. */
export function partsOf(unit: IdentifiedUnit, tree: SpanTree): ReadonlyMap<Operation, TracePart> {
  const known = parts.get(unit);
  if (known !== undefined) return known;
  const heads = headsOf(unit.operations, tree);
  const byHead = groupBy(unit.operations, (operation) => headOf(operation, heads));
  const partOf = new Map<Operation, TracePart>();
  for (const part of [...byHead.values()].map(stable)) for (const operation of part) partOf.set(operation, part);
  parts.set(unit, partOf);
  return partOf;
}

const lastParts = new WeakMap<Operation, TracePart>();

function stable(own: TracePart): TracePart {
  const [first] = own;
  if (first === undefined) return own;
  const last = lastParts.get(first);
  if (last?.length === own.length && last.every((operation, at) => operation === own[at])) return last;
  lastParts.set(first, own);
  return own;
}

/** For each operation another one of its part; the head of a part has itself or none. */
type Heads = Map<Operation, Operation>;

/** A twin belongs to its twin, which may have another parent. */
function headsOf(operations: readonly Operation[], tree: SpanTree): Heads {
  const heads: Heads = new Map();
  for (const operation of operations) {
    const { parent, model, tool } = tree.get(operation) ?? {};
    for (const other of [parent, model, tool])
      if (other !== undefined) heads.set(headOf(operation, heads), headOf(other, heads));
  }
  return heads;
}

/** Halves the way on the way. */
function headOf(operation: Operation, heads: Heads): Operation {
  let current = operation;
  for (let next = heads.get(current) ?? current; next !== current; next = heads.get(current) ?? current) {
    const after = heads.get(next) ?? next;
    heads.set(current, after);
    current = after;
  }
  return current;
}
