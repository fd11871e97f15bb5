/** The steps of a turn, or of a sub-agent: model calls, each followed by the tools it asked for. */
import { groupBy } from "../dialects/group-by.ts";
import type { Message } from "../dialects/message.ts";
import type { ModelOperation, ToolOperation } from "../dialects/operation.ts";
import type { ModelCall, Step, SubAgent, ToolCall } from "../model/session.ts";
import { afterLastUserText, hasOutput } from "./call.ts";
import type { Call } from "./call.ts";
import { timesOf } from "./span-times.ts";
import { createToolSlots } from "./tool-slots.ts";
import type { ToolSlot } from "./tool-slot.ts";

export interface StepSources {
  readonly calls: readonly Call[];
  /** Tool spans of the turn, by start. */
  readonly tools: readonly ToolOperation[];
  /** Messages that show steps of which there is no span. */
  readonly messages: readonly Message[];
  readonly readSubAgent: (tool: ToolOperation) => SubAgent | undefined;
}

export function buildSteps({ calls, tools, messages, readSubAgent }: StepSources): readonly Step[] {
  const slots = createToolSlots();
  slots.addRepeated(messages, -1);
  calls.forEach((call, at) => {
    // The end of a cut list is not the end of what was said: its last user text may be an earlier turn's.
    if (!call.operation.input.truncated) slots.addRepeated(afterLastUserText(call.history), at - 1);
    slots.addAsked(call.calls, at);
  });
  slots.addSpans(tools, (tool) => calls.findLastIndex(({ operation }) => startsBefore(operation, tool)));
  const byCall = groupBy(slots.slots, (slot) => slot.callAt);
  const toToolCalls = (callAt: number) => (byCall.get(callAt) ?? []).map((slot) => toToolCall(slot, readSubAgent));
  return [...toToolCalls(-1), ...calls.flatMap((call, at) => [toModelCall(call), ...toToolCalls(at)])];
}

function startsBefore(operation: ModelOperation, tool: ToolOperation): boolean {
  return operation.span.startTimeUnixNano <= tool.span.startTimeUnixNano;
}

function toModelCall(call: Call): ModelCall {
  const { span, provider, model, responseModel, finishReason, usage, costUsd } = call.operation;
  const error = errorOfCall(call);
  return {
    type: "model_call",
    spanId: span.spanId,
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(responseModel === undefined ? {} : { responseModel }),
    ...(call.text === "" ? {} : { content: call.text }),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(usage === undefined ? {} : { usage }),
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(error === undefined ? {} : { error }),
    ...timesOf(span),
  };
}

/** Some processors copy a failed tool's status to later spans that succeeded: a finished answer is no error. */
export function errorOfCall(call: Call): string | undefined {
  const { error, finishReason } = call.operation;
  return hasOutput(call) && finishReason !== undefined ? undefined : error;
}

/** The span knows better than the message; a call's arguments are the model's unless they were not recorded. */
function toToolCall(slot: ToolSlot, readSubAgent: StepSources["readSubAgent"]): ToolCall {
  const { id, name, span } = slot;
  const error = errorOfSlot(slot);
  const result = error === undefined ? (span?.result ?? slot.result) : undefined;
  const subAgent = span === undefined ? undefined : readSubAgent(span);
  const callId = id ?? span?.callId;
  return {
    type: "tool_call",
    ...(callId === undefined ? {} : { id: callId }),
    name,
    arguments: hasArguments(slot) ? slot.arguments : (span?.arguments ?? slot.arguments),
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error }),
    ...(span === undefined ? {} : { spanId: span.span.spanId, ...timesOf(span.span) }),
    ...(subAgent === undefined ? {} : { subAgent }),
  };
}

/** A span that failed without a word takes the message's. */
function errorOfSlot({ span, error }: ToolSlot): string | undefined {
  return span?.error === "error" ? (error ?? span.error) : (span?.error ?? error);
}

function hasArguments({ arguments: args }: ToolSlot): boolean {
  return typeof args === "object" && args !== null ? Object.keys(args).length > 0 : args !== "" && args !== null;
}
