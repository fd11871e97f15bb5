/** The tools that the model's provider ran in a turn: what they were given and gave stands in the model's own output. */
import type { MessageCall, MessageOther, MessageResult } from "../dialects/message.ts";
import { newSlot } from "./tool-slot.ts";
import type { SlotOrigin, ToolSlot } from "./tool-slot.ts";

export interface ProviderSlots {
  readonly slots: readonly ToolSlot[];
  add(others: readonly MessageOther[], callAt: number, from: SlotOrigin): void;
}

/** An answer belongs to the call with its id, which an earlier output may have; without one to the first call that has none. */
export function createProviderSlots(): ProviderSlots {
  const slots: ToolSlot[] = [];
  const answered = new Set<ToolSlot>();

  const open = (call: MessageCall, callAt: number, from: SlotOrigin): ToolSlot => {
    const slot = { ...newSlot(call, callAt, from), isProviderRun: true };
    slots.push(slot);
    return slot;
  };

  const answer = (result: MessageResult, callAt: number, from: SlotOrigin): void => {
    const isAsked = (slot: ToolSlot) => !answered.has(slot) && (result.id === undefined || slot.id === result.id);
    const name = result.name ?? "tool";
    const slot = slots.find(isAsked) ?? open({ name, arguments: {}, ...idOf(result) }, callAt, from);
    answered.add(slot);
    slot.result = result.content;
    slot.error = result.error;
  };

  return {
    slots,
    add(others, callAt, from) {
      for (const { call, result } of others) {
        if (call !== undefined) open(call, callAt, from);
        if (result !== undefined) answer(result, callAt, from);
      }
    },
  };
}

function idOf({ id }: MessageResult): { readonly id?: string } {
  return id === undefined ? {} : { id };
}
