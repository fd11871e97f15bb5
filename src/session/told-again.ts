/** One use of a tool, several spans: the framework's and MCP's, ours and another library's, in this trace or in another one. */
import type { ToolOperation } from "../dialects/operation.ts";
import { areTogether, recorderOf } from "./recorder.ts";
import { argumentsDiffer, callKey, idsDiffer, isEmptyArguments, spansOf } from "./tool-slot.ts";
import type { ToolSlot } from "./tool-slot.ts";

export interface UseIndex {
  /** The call of which the span tells once more. */
  find(span: ToolOperation): ToolSlot | undefined;
  add(slot: ToolSlot): void;
}

/** So many are looked at, the last ones: thousands of calls may have one id, or one name and the same arguments. */
const maxOpen = 32;

export function createUseIndex(slots: readonly ToolSlot[]): UseIndex {
  const byId = new Map<string, ToolSlot[]>();
  const byCall = new Map<string, ToolSlot[]>();
  const add = (slot: ToolSlot): void => {
    if (slot.id !== undefined) addTo(byId, slot.id, slot);
    if (slot.span !== undefined) addTo(byCall, callKeyOf(slot.span), slot);
  };
  for (const slot of slots) add(slot);
  return {
    add,
    find(span) {
      const named = byId.get(span.callId ?? "")?.slice(-maxOpen);
      const alike = byCall.get(callKeyOf(span))?.slice(-maxOpen);
      return named?.find((slot) => isToldAgain(slot, span)) ?? alike?.find((slot) => isToldElsewhere(slot, span));
    },
  };
}

function addTo(lists: Map<string, ToolSlot[]>, key: string, slot: ToolSlot): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [slot]);
  else known.push(slot);
}

/**
 * Does the span, which has the call's id, tell of the same use? Not where it has other arguments than each span of the call,
 * nor where the same library writes it after the other span ended: providers give ids twice, and that is a second use.
 */
function isToldAgain(slot: ToolSlot, span: ToolOperation): boolean {
  const told = spansOf(slot);
  const isSame = (known: ToolFacts) => isUseOfOneId(known, span);
  if (told.length > maxOpen || (!isSame(slot) && !told.some(isSame))) return false;
  return told.every((known) => recorderOf(known.span) !== recorderOf(span.span) || areTogether(known.span, span.span));
}

/** Both have the same id. Servers and frameworks put something in front of a tool's name. */
export function isUseOfOneId(a: ToolFacts, b: ToolFacts): boolean {
  if (argumentsDiffer(a.arguments, b.arguments)) return false;
  if (a.name === b.name || isSuffix(a.name, b.name) || isSuffix(b.name, a.name)) return true;
  return !isEmptyArguments(a.arguments) && !isEmptyArguments(b.arguments);
}

export type ToolFacts = Pick<ToolOperation, "name" | "arguments">;

function isSuffix(long: string, short: string): boolean {
  return short !== "" && long.endsWith(short) && /[^a-z0-9]$/i.test(long.slice(0, long.length - short.length));
}

/** The same use without an id: by another library, in a trace of its own, at the same time, with the same name and arguments. */
function isToldElsewhere(slot: ToolSlot, span: ToolOperation): boolean {
  const told = spansOf(slot);
  if (told.length === 0 || idsDiffer(slot.id, span.callId)) return false;
  return told.every((known) => {
    if (known.span.traceId === span.span.traceId || recorderOf(known.span) === recorderOf(span.span)) return false;
    return areTogether(known.span, span.span) && callKeyOf(known) === callKeyOf(span);
  });
}

function callKeyOf({ name, arguments: args = null }: ToolOperation): string {
  return callKey(name, args);
}
