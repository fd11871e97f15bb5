/** One tool call of a turn as far as it is known, and when two records of a call may be one and the same. */
import type { MessageCall } from "../dialects/message.ts";
import type { ToolOperation } from "../dialects/operation.ts";
import type { JsonValue } from "../model/session.ts";
import { jsonKey } from "./canonical-json.ts";

/** Where a part of a tool call is from: the model's answer, what later calls repeat of it, the tool's own span. */
export type SlotOrigin = "output" | "history" | "tool_span";

export interface ToolSlot {
  id: string | undefined;
  readonly name: string;
  readonly from: SlotOrigin;
  arguments: JsonValue;
  argumentsFrom: SlotOrigin;
  result: JsonValue | undefined;
  error: string | undefined;
  span: ToolOperation | undefined;
  /** Spans that tell of the same use once more, by another library or in another trace. Absent: none. */
  again?: ToolOperation[];
  /** The model's provider ran it, within the model call. */
  readonly isProviderRun: boolean;
  /** Which of the turn's model calls asked for it, from 0; -1 when that is before the first. */
  readonly callAt: number;
}

/** Of a call of which nothing else is known yet. */
export function newSlot({ id, name, arguments: given }: MessageCall, callAt: number, from: SlotOrigin): ToolSlot {
  return {
    id,
    name,
    from,
    arguments: given,
    argumentsFrom: from,
    result: undefined,
    error: undefined,
    span: undefined,
    isProviderRun: false,
    callAt,
  };
}

/** Equal for equal names and arguments. */
export function callKey(name: string, args: JsonValue): string {
  return `${name} ${jsonKey(args)}`;
}

/** Both have one, and not the same: never one call. */
export function idsDiffer(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** All spans that tell of the call. */
export function spansOf({ span, again = [] }: ToolSlot): readonly ToolOperation[] {
  return span === undefined ? again : [span, ...again];
}

/**
 * Both were recorded, and they are of two calls: not where one is all of the other and more (defaults that were filled in), nor
 * where one is a text that was cut off, or could not be parsed for that reason.
 */
export function argumentsDiffer(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === undefined || b === undefined || isEmptyArguments(a) || isEmptyArguments(b)) return false;
  if (isRecord(a) && isRecord(b)) return !isWithin(a, b) && !isWithin(b, a);
  if (typeof a === "string" && typeof b === "string") return !a.startsWith(b) && !b.startsWith(a);
  return typeof a !== "string" && typeof b !== "string" && jsonKey(a) !== jsonKey(b);
}

function isRecord(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWithin(part: { readonly [key: string]: JsonValue }, whole: { readonly [key: string]: JsonValue }): boolean {
  return Object.entries(part).every(([key, value]) => {
    const other = Object.hasOwn(whole, key) ? whole[key] : undefined;
    return other !== undefined && jsonKey(other) === jsonKey(value);
  });
}

/** Not recorded, as far as one can tell. */
export function isEmptyArguments(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
