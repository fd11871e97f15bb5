/** The model calls of each trace as it recorded them, and under which keys several traces may have the same one. */
import type { ModelOperation } from "../dialects/operation.ts";
import { compareCalls, hasContent, hasOutput, toCall } from "./call.ts";
import type { Call } from "./call.ts";
import { isSameRecord, questionKeyOf, tokensKeyOf } from "./same-record.ts";
import type { SpanTree } from "./span-tree.ts";
import { isOwnCall } from "./sub-agents.ts";
import { recorderOf } from "./recorder.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

/** One call as one trace has it. */
export interface RecordedCall {
  readonly call: Call;
  readonly traceId: string;
  readonly recorder: string;
  /** Of a tool's own agent. */
  readonly isInner: boolean;
  /** How much stands around it. */
  readonly agents: number;
  readonly operations: number;
}

const recordedCalls = new WeakMap<IdentifiedUnit, readonly RecordedCall[]>();

export function recordedIn(unit: IdentifiedUnit, tree: SpanTree): readonly RecordedCall[] {
  const known = recordedCalls.get(unit);
  if (known !== undefined) return known;
  const own = unit.operations.filter((operation): operation is ModelOperation => isOwnCall(operation, tree));
  const recorded = own.map((operation) => ({
    call: toCall(operation),
    traceId: unit.traceId,
    recorder: recorderOf(operation.span),
    isInner: tree.get(operation)?.tool !== undefined,
    agents: tree.get(operation)?.agents.length ?? 0,
    operations: unit.operations.length,
  }));
  recordedCalls.set(unit, recorded);
  return recorded;
}

/** Two records of one request share a key. By content only where several libraries record: one does so once. */
export function keysOfRecord({ call }: RecordedCall, byContent: boolean): readonly string[] {
  const { responseId } = call.operation;
  const [question, tokens] = byContent ? [questionKeyOf(call), tokensKeyOf(call)] : [];
  return [
    ...(responseId === undefined ? [] : [`response ${responseId}`]),
    ...(question === undefined ? [] : [`question ${question}`]),
    ...(tokens === undefined ? [] : [`about ${tokens} tokens`]),
  ];
}

/** Requests that are looked at, as far back as anybody looks: small servers give one id to all their answers. */
const maxOpen = 32;

/** Of each request all its records, the one that says most first. Equal requests pair up in the order of time. */
export function groupRecords(alike: readonly RecordedCall[]): readonly (readonly RecordedCall[])[] {
  const groups: RecordedCall[][] = [];
  for (const recorded of [...alike].sort((a, b) => compareCalls(a.call, b.call))) {
    const isOne = (other: RecordedCall) => {
      return other.traceId !== recorded.traceId && isSameRecord(other.call, recorded.call);
    };
    const group = groups.slice(-maxOpen).find((own) => own.every(isOne));
    if (group === undefined) groups.push([recorded]);
    else group.push(recorded);
  }
  return groups.map((own) => own.sort(compareWorth));
}

/** A call of a tool's own agent is in its place only there; content goes before the agents and tools around, these before the time. */
function compareWorth(a: RecordedCall, b: RecordedCall): number {
  return (
    Number(b.isInner) - Number(a.isInner) ||
    saysOf(b.call) - saysOf(a.call) ||
    b.agents - a.agents ||
    b.operations - a.operations ||
    compareCalls(a.call, b.call)
  );
}

function saysOf(call: Call): number {
  return Number(hasContent(call)) + Number(hasOutput(call));
}
