/** The tool calls of one turn, put together from what the model asked, what the next inputs say and the tools' own spans. */
import type { Message, MessageCall, MessageResult } from "../dialects/message.ts";
import type { ToolOperation } from "../dialects/operation.ts";
import type { JsonValue } from "../model/session.ts";
import { jsonKey } from "./canonical-json.ts";

export interface ToolSlot {
  id?: string;
  readonly name: string;
  arguments: JsonValue;
  result?: JsonValue;
  error?: string;
  span?: ToolOperation;
  /** Which of the turn's model calls asked for it, from 0; -1 when that is before the first. */
  readonly callAt: number;
}

export interface ToolSlots {
  readonly slots: readonly ToolSlot[];
  /** The calls in a model's output. */
  addAsked(calls: readonly MessageCall[], callAt: number): void;
  /** What followed the user's text in the input of a later call: it repeats all calls and results of the turn so far. */
  addRepeated(messages: readonly Message[], callAt: number): void;
  addSpans(spans: readonly ToolOperation[], callAtOf: (span: ToolOperation) => number): void;
}

export function createToolSlots(): ToolSlots {
  const slots: ToolSlot[] = [];
  let pass = newPass();
  return {
    slots,
    addAsked(calls, callAt) {
      for (const call of calls) {
        const isKnown = call.id !== undefined && slots.some(({ id }) => id === call.id);
        if (!isKnown && !isHandover(call)) slots.push({ ...call, callAt });
      }
    },
    addRepeated(messages, callAt) {
      const isLonger = pass.messages.every((message, at) => message === messages[at]);
      if (!isLonger) pass = newPass();
      for (const message of messages.slice(pass.messages.length)) readMessage(message, slots, pass, callAt);
      pass.messages = messages;
    },
    addSpans(spans, callAtOf) {
      addSpans(slots, spans, callAtOf);
    },
  };
}

/** One reading of the repeated messages: which calls and results have been met. A longer list is read on. */
interface Pass {
  messages: readonly Message[];
  readonly met: Set<ToolSlot>;
  readonly answered: Set<ToolSlot>;
}

function newPass(): Pass {
  return { messages: [], met: new Set(), answered: new Set() };
}

/** Hand-overs to other agents are written as tool calls. */
function isHandover({ name }: MessageCall): boolean {
  return name.startsWith("transfer_to_");
}

function readMessage(message: Message, slots: ToolSlot[], pass: Pass, callAt: number): void {
  for (const call of message.calls) {
    if (isHandover(call)) continue;
    const known = findRepeated(slots, call, pass.met);
    const slot: ToolSlot = known ?? { ...call, callAt };
    if (known === undefined) slots.push(slot);
    if (isEmptyArguments(slot.arguments)) slot.arguments = call.arguments;
    if (slot.id === undefined && call.id !== undefined) slot.id = call.id;
    pass.met.add(slot);
  }
  for (const result of message.results) {
    const slot = findAsked(slots, result, pass.answered);
    if (slot === undefined) continue;
    pass.answered.add(slot);
    if (result.content !== undefined) slot.result = result.content;
    if (result.error !== undefined) slot.error = result.error;
  }
}

function findRepeated(slots: readonly ToolSlot[], call: MessageCall, met: ReadonlySet<ToolSlot>): ToolSlot | undefined {
  const byId = call.id === undefined ? undefined : slots.find(({ id }) => id === call.id);
  if (byId !== undefined) return byId;
  const free = slots.filter((slot) => !met.has(slot) && slot.name === call.name && !idsDiffer(slot.id, call.id));
  return (
    free.find((slot) => isSameJson(slot.arguments, call.arguments)) ?? free.find((slot) => hasNoArguments(slot, call))
  );
}

/** By id; a result without one answers the first call that has no answer yet. */
function findAsked(
  slots: readonly ToolSlot[],
  result: MessageResult,
  answered: ReadonlySet<ToolSlot>,
): ToolSlot | undefined {
  if (result.id !== undefined) return slots.find(({ id }) => id === result.id);
  return slots.find((slot) => !answered.has(slot));
}

function hasNoArguments(slot: ToolSlot, call: MessageCall): boolean {
  return isEmptyArguments(slot.arguments) || isEmptyArguments(call.arguments);
}

/**
 * Each span once: by id; else by name and arguments, never against another id; else, where either's arguments are
 * missing, by name in order; else it is a call that the model's messages do not show.
 */
function addSpans(slots: ToolSlot[], spans: readonly ToolOperation[], callAtOf: (span: ToolOperation) => number): void {
  const isFree = (slot: ToolSlot, span: ToolOperation) => {
    return slot.span === undefined && slot.name === span.name && !idsDiffer(slot.id, span.callId);
  };
  const rules: readonly ((slot: ToolSlot, span: ToolOperation) => boolean)[] = [
    (slot, span) => slot.span === undefined && slot.id !== undefined && slot.id === span.callId,
    (slot, span) => isFree(slot, span) && isSameJson(slot.arguments, span.arguments ?? null),
    (slot, span) => isFree(slot, span) && (isEmptyArguments(slot.arguments) || isEmptyArguments(span.arguments)),
  ];
  const attach = (span: ToolOperation, rule: (typeof rules)[number]): boolean => {
    const slot = slots.find((slot) => rule(slot, span));
    if (slot !== undefined) slot.span = span;
    return slot !== undefined;
  };
  let left = spans;
  for (const rule of rules) left = left.filter((span) => !attach(span, rule));
  for (const span of left) {
    const { callId, name } = span;
    slots.push({
      ...(callId === undefined ? {} : { id: callId }),
      name,
      arguments: span.arguments ?? {},
      span,
      callAt: callAtOf(span),
    });
  }
}

function idsDiffer(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

function isEmptyArguments(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function isSameJson(a: JsonValue, b: JsonValue): boolean {
  return a === b || jsonKey(a) === jsonKey(b);
}
