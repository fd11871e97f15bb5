/** One tool call of a turn as far as it is known, and when two records of a call may be one and the same. */
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
  /** Which of the turn's model calls asked for it, from 0; -1 when that is before the first. */
  readonly callAt: number;
}

/** Equal for equal names and arguments. */
export function callKey(name: string, args: JsonValue): string {
  return `${name} ${jsonKey(args)}`;
}

/** Both have one, and not the same: never one call. */
export function idsDiffer(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

/** Not recorded, as far as one can tell. */
export function isEmptyArguments(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
