/** The tool calls of one turn, put together from what the model asked, what the next inputs say and the tools' own spans. */
import type { Message, MessageCall, MessageResult } from "../dialects/message.ts";
import type { ToolOperation } from "../dialects/operation.ts";
import { attachSpans } from "./attach-spans.ts";
import { callKey, idsDiffer, isEmptyArguments } from "./tool-slot.ts";
import type { SlotOrigin, ToolSlot } from "./tool-slot.ts";

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
  const byId = new Map<string, ToolSlot>();
  let pass = newPass(slots);

  const add = (call: MessageCall, callAt: number, from: SlotOrigin, span?: ToolOperation): ToolSlot => {
    const slot = {
      id: call.id,
      name: call.name,
      from,
      arguments: call.arguments,
      argumentsFrom: from,
      result: undefined,
      error: undefined,
      span,
      callAt,
    };
    slots.push(slot);
    addUnmet(pass.unmet, slot);
    if (call.id !== undefined) byId.set(call.id, slot);
    return slot;
  };

  const readCall = (call: MessageCall, callAt: number): void => {
    const slot = byId.get(call.id ?? "") ?? takeUnmet(pass, call, slots) ?? add(call, callAt, "history");
    if (isEmptyArguments(slot.arguments)) {
      if (!isEmptyArguments(call.arguments)) slot.argumentsFrom = "history";
      slot.arguments = call.arguments;
    }
    if (slot.id === undefined && call.id !== undefined) byId.set((slot.id = call.id), slot);
    pass.met.add(slot);
  };

  const readResult = (result: MessageResult): void => {
    const slot = result.id === undefined ? slots.find((slot) => !pass.answered.has(slot)) : byId.get(result.id);
    if (slot === undefined) return;
    pass.answered.add(slot);
    slot.result = result.content ?? slot.result;
    slot.error = result.error ?? slot.error;
  };

  return {
    slots,
    addAsked(calls, callAt) {
      for (const call of calls) if (!byId.has(call.id ?? "") && !isHandover(call)) add(call, callAt, "output");
    },
    addRepeated(messages, callAt) {
      if (!pass.messages.every((message, at) => message === messages[at])) pass = newPass(slots);
      for (const message of messages.slice(pass.messages.length)) {
        for (const call of message.calls) if (!isHandover(call)) readCall(call, callAt);
        for (const result of message.results) readResult(result);
      }
      pass.messages = messages;
    },
    addSpans(spans, callAtOf) {
      for (const span of attachSpans(slots, spans)) {
        const call = {
          ...(span.callId === undefined ? {} : { id: span.callId }),
          name: span.name,
          arguments: span.arguments ?? {},
        };
        add(call, callAtOf(span), "tool_span", span);
      }
    },
  };
}

/** One reading of the repeated messages: which calls and results have been met. A longer list is read on. */
interface Pass {
  messages: readonly Message[];
  readonly met: Set<ToolSlot>;
  readonly answered: Set<ToolSlot>;
  /** By name and arguments, in order; some of them may have been met by id. */
  readonly unmet: Map<string, ToolSlot[]>;
}

function newPass(slots: readonly ToolSlot[]): Pass {
  const unmet = new Map<string, ToolSlot[]>();
  for (const slot of slots) addUnmet(unmet, slot);
  return { messages: [], met: new Set(), answered: new Set(), unmet };
}

function addUnmet(unmet: Map<string, ToolSlot[]>, slot: ToolSlot): void {
  const key = callKey(slot.name, slot.arguments);
  const queue = unmet.get(key);
  if (queue === undefined) unmet.set(key, [slot]);
  else queue.push(slot);
}

/** The call that this one repeats: the first that has the same name and arguments; else one whose arguments are missing. */
function takeUnmet({ unmet, met }: Pass, call: MessageCall, slots: readonly ToolSlot[]): ToolSlot | undefined {
  const canBe = (slot: ToolSlot) => !met.has(slot) && !idsDiffer(slot.id, call.id);
  const queue = unmet.get(callKey(call.name, call.arguments)) ?? [];
  const at = queue.findIndex(canBe);
  if (at >= 0) return queue.splice(0, at + 1).at(-1);
  const isEmpty = isEmptyArguments(call.arguments);
  return slots.find((slot) => slot.name === call.name && (isEmpty || isEmptyArguments(slot.arguments)) && canBe(slot));
}

/** Hand-overs to other agents are written as tool calls. */
function isHandover({ name }: MessageCall): boolean {
  return name.startsWith("transfer_to_");
}
