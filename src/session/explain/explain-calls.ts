/** The steps of a turn: what each model call and each tool call was read from. */
import { isCutOff } from "../../dialects/json-list.ts";
import { isAside } from "../../dialects/message.ts";
import type { Message } from "../../dialects/message.ts";
import type { ModelOperation, Operation, ToolOperation } from "../../dialects/operation.ts";
import type {
  MessagesExplanation,
  ModelCallExplanation,
  Source,
  ToolCallExplanation,
} from "../../model/explanation.ts";
import type { JsonValue } from "../../model/session.ts";
import type { Span } from "../../model/span.ts";
import { argumentsOfSlot, errorOfCall, errorOfSlot, resultOfSlot, slotsOf, toModelCall } from "../build-steps.ts";
import type { StepSources } from "../build-steps.ts";
import type { Call } from "../call.ts";
import type { SpanTree } from "../span-tree.ts";
import { isEmptyMessage } from "../message-key.ts";
import { isFree } from "../token-usage.ts";
import { isEmptyArguments } from "../tool-slot.ts";
import type { SlotOrigin, ToolSlot } from "../tool-slot.ts";
import { keysOf, refOf, sourceOf } from "./sources.ts";
import type { WatchedFacts } from "./watched-facts.ts";

export function explainModelCall(
  call: Call,
  readUsage: StepSources["readUsage"],
  watched: WatchedFacts,
): ModelCallExplanation {
  const { operation } = call;
  const { span, input, output, dialect, provider, model, responseModel } = operation;
  const used = readUsage(call);
  const keys = (fact: Parameters<typeof keysOf>[1]) => keysOf(span, fact, watched);
  return {
    ...refOf(span),
    ...(dialect === undefined ? {} : { dialect }),
    input: { ...explainMessages(input.messages, keys("input")), truncated: input.truncated },
    output: explainMessages(output, keys("output")),
    ...(provider === undefined ? {} : { provider }),
    ...(model === undefined ? {} : { model }),
    ...(responseModel === undefined ? {} : { responseModel }),
    ...(used.usage === undefined ? {} : { usage: used.usage, usageSource: usageSource(used, watched) }),
    cost: used.cost ?? { unpriced: "no_usage" },
    isFree: isFree(toModelCall(call, readUsage)),
    costKeys:
      used.cost !== undefined && "from" in used.cost && used.cost.from === "span" ? ownKeys(used, "cost", watched) : [],
    ...(errorOfCall(call) === undefined ? {} : { error: errorSource(span, watched) }),
  };
}

function explainMessages(messages: readonly Message[], keys: readonly string[]): MessagesExplanation {
  const empty = messages.filter((message) => isEmptyMessage(message) && !isAside(message)).length;
  return { messages: messages.length, empty, keys: messages.length === 0 ? [] : keys };
}

/** Without a word elsewhere it is the span's status that says so. */
function errorSource(span: Span, watched: WatchedFacts): Source {
  const source = sourceOf(span, "error", watched);
  return source.keys.length > 0 ? source : { ...source, keys: ["status"] };
}

function usageSource(used: ModelOperation, watched: WatchedFacts) {
  return { ...refOf(used.span), keys: ownKeys(used, "usage", watched) };
}

/** What a dialect reads in its own way goes before the keys that all know. */
function ownKeys({ span }: ModelOperation, fact: "usage" | "cost", watched: WatchedFacts): readonly string[] {
  const known = keysOf(span, fact, watched);
  return known.length > 0 ? known : keysOf(span, "call_facts", watched);
}

export function explainToolCalls(
  sources: StepSources,
  operations: readonly Operation[],
  tree: SpanTree,
  watched: WatchedFacts,
): readonly ToolCallExplanation[] {
  return slotsOf(sources).map((slot) => explainToolCall(slot, operations, tree, watched));
}

function explainToolCall(
  slot: ToolSlot,
  operations: readonly Operation[],
  tree: SpanTree,
  watched: WatchedFacts,
): ToolCallExplanation {
  const { span: tool, name } = slot;
  const id = slot.id ?? tool?.callId;
  const result = resultOfSlot(slot)?.from;
  const error = errorOfSlot(slot)?.from;
  const given = argumentsOfSlot(slot);
  return {
    ...(id === undefined ? {} : { id: id.slice(0, 100) }),
    name: name.slice(0, 200),
    call: slot.from,
    ...(isEmptyArguments(given.value) ? {} : { arguments: given.from }),
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error }),
    ...(tool === undefined ? {} : { span: refOf(tool.span) }),
    providerRun: slot.isProviderRun,
    cut: [
      ...(isCut(given.value) ? (["arguments"] as const) : []),
      ...(isCut(resultOfSlot(slot)?.value) ? (["result"] as const) : []),
    ],
    keys: tool === undefined ? [] : keysOfTool(tool, error, watched),
    subAgentSpans: tool === undefined ? 0 : operations.filter((operation) => tree.get(operation)?.tool === tool).length,
  };
}

const toolFacts = ["call_id", "tool_name", "arguments", "result"] as const;

function keysOfTool({ span }: ToolOperation, error: SlotOrigin | undefined, watched: WatchedFacts): readonly string[] {
  const errorKeys = error === "tool_span" ? errorSource(span, watched).keys : [];
  return [...new Set([...toolFacts.flatMap((fact) => keysOf(span, fact, watched)), ...errorKeys])];
}

function isCut(value: JsonValue | undefined): boolean {
  return typeof value === "string" && isCutOff(value);
}
