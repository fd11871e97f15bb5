/** The steps of a turn, or of a sub-agent: model calls, each followed by the tools it asked for. */
import { groupBy } from "../dialects/group-by.ts";
import type { Message, MessageOther } from "../dialects/message.ts";
import type { ModelOperation, ToolOperation } from "../dialects/operation.ts";
import type { JsonValue, ModelCall, Step, SubAgent, ToolCall } from "../model/session.ts";
import { afterLastUserText, hasOutput } from "./call.ts";
import type { Call } from "./call.ts";
import { timesOf } from "./span-times.ts";
import { createToolSlots } from "./tool-slots.ts";
import type { ToolSlots } from "./tool-slots.ts";
import { isEmptyArguments, spansOf } from "./tool-slot.ts";
import type { SlotOrigin, ToolSlot } from "./tool-slot.ts";

export interface StepSources {
  readonly calls: readonly Call[];
  /** Tool spans of the turn, by start. */
  readonly tools: readonly ToolOperation[];
  /** Messages that show steps of which there is no span. */
  readonly messages: readonly Message[];
  /** What an agent kept of the turn, where the calls do not say which tools they asked for. */
  readonly transcript: readonly Message[];
  readonly readSubAgent: (tool: ToolOperation) => SubAgent | undefined;
  /** Which span says what a call used: see createUsageReader. */
  readonly readUsage: (call: Call) => ModelOperation;
}

export function buildSteps(sources: StepSources): readonly Step[] {
  const { calls, readSubAgent, readUsage } = sources;
  const byCall = groupBy(slotsOf(sources), (slot) => slot.callAt);
  const toToolCalls = (callAt: number) => (byCall.get(callAt) ?? []).map((slot) => toToolCall(slot, readSubAgent));
  return [...toToolCalls(-1), ...calls.flatMap((call, at) => [toModelCall(call, readUsage), ...toToolCalls(at)])];
}

/** The tool calls in the order of the steps. */
export function slotsOf({ calls, tools, messages, transcript }: StepSources): readonly ToolSlot[] {
  const slots = createToolSlots();
  slots.addRepeated(messages, -1);
  for (const { others = [] } of messages) slots.addProviderRun(others, -1, "history");
  calls.forEach((call, at) => {
    // The end of a cut list is not the end of what was said: its last user text may be an earlier turn's.
    if (!call.operation.input.truncated) slots.addRepeated(afterLastUserText(call.history), at - 1);
    slots.addProviderRun(call.others, at, "output");
    slots.addAsked(call.calls, at);
  });
  addTranscript(slots, transcript, calls.length);
  slots.addSpans(tools, (tool) => calls.findLastIndex(({ operation }) => startsBefore(operation, tool)));
  return slots.all();
}

/** The n-th assistant message is the answer of the n-th call. */
function addTranscript(slots: ToolSlots, transcript: readonly Message[], callCount: number): void {
  let callAt = -1;
  transcript.forEach(({ role }, at) => {
    if (role === "assistant") callAt = Math.min(callAt + 1, callCount - 1);
    slots.addRepeated(transcript.slice(0, at + 1), callAt);
  });
}

function startsBefore(operation: ModelOperation, tool: ToolOperation): boolean {
  return operation.span.startTimeUnixNano <= tool.span.startTimeUnixNano;
}

export function toModelCall(call: Call, readUsage: StepSources["readUsage"]): ModelCall {
  const { span, provider, model, responseModel, finishReason } = call.operation;
  const { usage, costUsd } = readUsage(call);
  const error = errorOfCall(call);
  return {
    type: "model_call",
    spanId: span.spanId,
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(responseModel === undefined ? {} : { responseModel }),
    ...(call.text === "" ? {} : { content: call.text }),
    ...reasoningOf(call.others),
    ...(call.attachments.length === 0 ? {} : { attachments: call.attachments }),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(usage === undefined ? {} : { usage }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(error === undefined ? {} : { error }),
    ...timesOf(span),
  };
}

export function reasoningOf(others: readonly MessageOther[] = []): Pick<ModelCall, "reasoning"> {
  const thoughts = others.flatMap(({ reasoning }) => reasoning ?? []);
  return thoughts.length === 0 ? {} : { reasoning: thoughts.join("\n") };
}

/** Some processors copy a failed tool's status to later spans that succeeded: a finished answer is no error. */
export function errorOfCall(call: Call): string | undefined {
  const { error, finishReason } = call.operation;
  return hasOutput(call) && finishReason !== undefined ? undefined : error;
}

/** The span knows better than the message; a call's arguments are the model's unless they were not recorded. */
function toToolCall(slot: ToolSlot, readSubAgent: StepSources["readSubAgent"]): ToolCall {
  const { id, name, span } = slot;
  const error = errorOfSlot(slot)?.value;
  const result = resultOfSlot(slot)?.value;
  const [subAgent] = spansOf(slot).flatMap((told) => readSubAgent(told) ?? []);
  const callId = id ?? span?.callId;
  return {
    type: "tool_call",
    ...(callId === undefined ? {} : { id: callId }),
    name,
    arguments: argumentsOfSlot(slot).value,
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error }),
    ...(slot.isProviderRun ? { providerRun: true } : {}),
    ...(span === undefined ? {} : { spanId: span.span.spanId, ...timesOf(span.span) }),
    ...(subAgent === undefined ? {} : { subAgent }),
  };
}

/** A part of a tool call, and where it is from. */
interface Sourced<Value> {
  readonly value: Value;
  readonly from: SlotOrigin;
}

export function argumentsOfSlot(slot: ToolSlot): Sourced<JsonValue> {
  const { arguments: value, argumentsFrom: from } = slot;
  const told = spansOf(slot).find((span) => !isEmptyArguments(span.arguments)) ?? slot.span;
  if (hasArguments(slot) || told?.arguments === undefined) return { value, from };
  return { value: told.arguments, from: "tool_span" };
}

/** A failed call has none. */
export function resultOfSlot(slot: ToolSlot): Sourced<JsonValue> | undefined {
  if (errorOfSlot(slot) !== undefined) return undefined;
  const told = spansOf(slot).find(({ result }) => result !== undefined)?.result;
  if (told !== undefined) return { value: told, from: "tool_span" };
  return slot.result === undefined ? undefined : { value: slot.result, from: saidBy(slot) };
}

/** A span that failed without a word takes the message's. */
export function errorOfSlot(slot: ToolSlot): Sourced<string> | undefined {
  const { error } = slot;
  const told = spansOf(slot).flatMap((span) => span.error ?? []);
  const word = told.find((text) => text !== "error") ?? (error === undefined ? told[0] : undefined);
  if (word !== undefined) return { value: word, from: "tool_span" };
  return error === undefined ? undefined : { value: error, from: saidBy(slot) };
}

/** What a tool of the provider gave stands where the call does; what others gave is in the next call's input. */
function saidBy({ isProviderRun, from }: ToolSlot): SlotOrigin {
  return isProviderRun ? from : "history";
}

function hasArguments({ arguments: args }: ToolSlot): boolean {
  return typeof args === "object" && args !== null ? Object.keys(args).length > 0 : args !== "" && args !== null;
}
