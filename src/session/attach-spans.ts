/** Tool spans meet the calls that the messages show. */
import { groupBy } from "../dialects/group-by.ts";
import type { ToolOperation } from "../dialects/operation.ts";
import type { JsonValue } from "../model/session.ts";
import { jsonKey } from "./canonical-json.ts";
import { callKey, idsDiffer, isEmptyArguments } from "./tool-slot.ts";
import type { ToolSlot } from "./tool-slot.ts";

/**
 * Each span once, in the order of their start: by id (of several calls with one id that with the same name and arguments);
 * else by name and arguments, never against another id; else, where either's arguments are missing, by name; else, of a
 * span that is named by the tool's class, by its arguments. Gives those that met none.
 */
export function attachSpans(slots: readonly ToolSlot[], spans: readonly ToolOperation[]): readonly ToolOperation[] {
  const withoutExact = attach(
    spans,
    slots,
    (slot) => slot.id && `${slot.id} ${callKey(slot.name, slot.arguments)}`,
    (span) => span.callId && `${span.callId} ${callKey(span.name, span.arguments ?? null)}`,
  );
  const withoutId = attach(
    withoutExact,
    slots,
    (slot) => slot.id,
    (span) => span.callId,
  );
  // A tool of the provider and one of the application may have the same name.
  const own = slots.filter(({ isProviderRun }) => !isProviderRun);
  const withoutCall = attach(
    withoutId,
    own,
    (slot) => callKey(slot.name, slot.arguments),
    (span) => callKey(span.name, span.arguments ?? null),
  );
  const withoutName = attach(
    withoutCall,
    own,
    (slot) => slot.name,
    (span) => span.name,
    (slot, span) => {
      return isEmptyArguments(slot.arguments) || isEmptyArguments(span.arguments);
    },
  );
  return attach(
    withoutName,
    own,
    (slot) => argumentsKey(slot.arguments),
    (span) => (span.isNamedByClass === true ? argumentsKey(span.arguments) : undefined),
  );
}

function argumentsKey(args: JsonValue | undefined): string | undefined {
  return args === undefined || isEmptyArguments(args) ? undefined : jsonKey(args);
}

/** Gives each span the first free slot with its key, and returns the spans that found none. */
function attach(
  spans: readonly ToolOperation[],
  slots: readonly ToolSlot[],
  keyOfSlot: (slot: ToolSlot) => string | undefined,
  keyOfSpan: (span: ToolOperation) => string | undefined,
  fits: (slot: ToolSlot, span: ToolOperation) => boolean = () => true,
): readonly ToolOperation[] {
  const free = groupBy(
    slots.filter((slot) => slot.span === undefined),
    keyOfSlot,
  );
  return spans.filter((span) => {
    const key = keyOfSpan(span);
    const queue = key === undefined ? [] : (free.get(key) ?? []);
    const at = queue.findIndex((slot) => !idsDiffer(slot.id, span.callId) && fits(slot, span));
    const [slot] = at < 0 ? [] : queue.splice(at, 1);
    if (slot !== undefined) slot.span = span;
    return slot === undefined;
  });
}
