/** The steps of one turn out of its messages: what the model said and asked for, and what the tools answered. */
import { attachmentsOf } from "../dialects/message.ts";
import type { Message, MessageCall, MessageResult } from "../dialects/message.ts";
import { groupBy } from "../dialects/group-by.ts";
import type { ModelCall, Step, ToolCall } from "../model/session.ts";
import { reasoningOf } from "./build-steps.ts";
import { createProviderSlots } from "./provider-slots.ts";
import type { NumberedMessage } from "./read-chat-messages.ts";
import type { ToolSlot } from "./tool-slot.ts";

/** A result belongs to the call with its id, else to the first call that has no answer yet; else it stands alone. */
export function stepsOfMessages(messages: readonly NumberedMessage[]): readonly Step[] {
  const steps: Step[] = [];
  const waiting: number[] = [];
  const provider = createProviderSlots();
  for (const { message, index } of messages) provider.add(message.others ?? [], index, "output");
  const providerRun = groupBy(provider.slots, ({ callAt }) => callAt);
  for (const { message, index } of messages) {
    if (message.role === "assistant") {
      steps.push(toModelCall(message, index), ...(providerRun.get(index) ?? []).map(toProviderRun));
      for (const call of message.calls) waiting.push(steps.push(toToolCall(call, index)) - 1);
    }
    for (const result of message.results) answer(steps, waiting, result, index);
  }
  return steps;
}

function answer(steps: Step[], waiting: number[], result: MessageResult, index: number): void {
  const byId = waiting.findIndex((place) => result.id !== undefined && idOf(steps[place]) === result.id);
  const place =
    byId >= 0 ? byId : waiting.findIndex((place) => result.id === undefined || idOf(steps[place]) === undefined);
  const [at] = place < 0 ? [] : waiting.splice(place, 1);
  const call = at === undefined ? undefined : steps[at];
  if (at !== undefined && call?.type === "tool_call") steps[at] = withResult(call, result, index);
  else steps.push(withResult(toToolCall({ name: result.name ?? "tool", arguments: {} }), result, index));
}

function idOf(step: Step | undefined): string | undefined {
  return step?.type === "tool_call" ? step.id : undefined;
}

function toModelCall(message: Message, index: number): ModelCall {
  const attachments = attachmentsOf(message);
  return {
    type: "model_call",
    ...(message.text === "" ? {} : { content: message.text }),
    ...reasoningOf(message.others),
    ...(attachments.length === 0 ? {} : { attachments }),
    messageIndex: index,
  };
}

function toProviderRun({ id, name, arguments: args, result, error, callAt }: ToolSlot): ToolCall {
  const content = error === undefined ? result : undefined;
  return {
    ...toToolCall({ ...(id === undefined ? {} : { id }), name, arguments: args }, callAt),
    ...(content === undefined ? {} : { result: content }),
    ...(error === undefined ? {} : { error }),
    providerRun: true,
    resultMessageIndex: callAt,
  };
}

function toToolCall({ id, name, arguments: args }: MessageCall, index?: number): ToolCall {
  return {
    type: "tool_call",
    ...(id === undefined ? {} : { id }),
    name,
    arguments: args,
    ...(index === undefined ? {} : { messageIndex: index }),
  };
}

function withResult(call: ToolCall, { content, error }: MessageResult, index: number): ToolCall {
  return {
    ...call,
    ...(content === undefined ? {} : { result: content }),
    ...(error === undefined ? {} : { error }),
    resultMessageIndex: index,
  };
}
