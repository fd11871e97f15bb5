/** The steps of a turn: what each model call and each tool call was read from. */
import type { ModelOperation, Operation } from "../../dialects/operation.ts";
import type { ModelCallExplanation, Source, ToolCallExplanation } from "../../model/explanation.ts";
import type { Span } from "../../model/span.ts";
import { argumentsOfSlot, errorOfCall, errorOfSlot, resultOfSlot, slotsOf, toModelCall } from "../build-steps.ts";
import type { StepSources } from "../build-steps.ts";
import type { Call } from "../call.ts";
import type { SpanTree } from "../span-tree.ts";
import { isFree } from "../token-usage.ts";
import type { ToolSlot } from "../tool-slot.ts";
import { keysOf, refOf, sourceOf } from "./sources.ts";
import type { WatchedFacts } from "./watched-facts.ts";

export function explainModelCall(
  call: Call,
  readUsage: StepSources["readUsage"],
  watched: WatchedFacts,
): ModelCallExplanation {
  const { operation } = call;
  const { span, input, output, dialect, provider, model, responseModel } = operation;
  const used = readUsage(operation);
  const keys = (fact: Parameters<typeof keysOf>[1]) => keysOf(span, fact, watched);
  return {
    ...refOf(span),
    ...(dialect === undefined ? {} : { dialect }),
    input: {
      messages: input.messages.length,
      truncated: input.truncated,
      keys: input.messages.length === 0 ? [] : keys("input"),
    },
    output: { messages: output.length, keys: output.length === 0 ? [] : keys("output") },
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
  const facts = ["call_id", "tool_name", "arguments", "result", "error"] as const;
  return {
    ...(id === undefined ? {} : { id: id.slice(0, 100) }),
    name: name.slice(0, 200),
    call: slot.from,
    arguments: argumentsOfSlot(slot).from,
    ...(result === undefined ? {} : { result }),
    ...(error === undefined ? {} : { error }),
    ...(tool === undefined ? {} : { span: refOf(tool.span) }),
    keys: tool === undefined ? [] : [...new Set(facts.flatMap((fact) => keysOf(tool.span, fact, watched)))],
    subAgentSpans: tool === undefined ? 0 : operations.filter((operation) => tree.get(operation)?.tool === tool).length,
  };
}
