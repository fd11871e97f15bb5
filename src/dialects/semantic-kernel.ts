/**
 * Microsoft's Semantic Kernel, .NET and Python. Its operations had names of their own before they took the conventions'
 * (Python from 1.38 on), and its messages have moved: one content event of 1.27 for each direction, then an event for each
 * message (.NET: JSON in `gen_ai.event.content`), or log records whose body is JSON text (Python).
 */
import type { Span } from "../model/span.ts";
import { numberAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import type { OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { toCallUsage } from "./token-counts.ts";
import type { CallFacts } from "./usage.ts";

const OPERATION = "gen_ai.operation.name";
const completions = /^(?:chat|text)\.(?:streaming_)?completions$/;

const rules: DialectRules = {
  name: "semantic_kernel",
  kindOf,
  // Until 1.37; then the conventions' keys.
  wrapperKeys: { input: ["gen_ai.agent.invocation_input"] },
  readCallFacts,
  repliesInMessages: true,
};

export const semanticKernel: Dialect = {
  name: rules.name,
  matches: ({ scope, attributes }) =>
    completions.test(textAttribute(attributes, OPERATION) ?? "") ||
    ((scope.name.startsWith("semantic_kernel.") || scope.name.startsWith("Microsoft.SemanticKernel")) &&
      attributes.has(OPERATION)),
  read: (span, context) => readOperation(span, context, rules),
};

function kindOf(span: Span): OperationKind {
  return completions.test(textAttribute(span.attributes, OPERATION) ?? "") ? "model" : genAiKind(span);
}

/** Early .NET wrote tokens under keys of its own, -1 for unknown. */
function readCallFacts({ attributes }: Span): CallFacts {
  const finishReason = finishReasonOf(textAttribute(attributes, "gen_ai.response.finish_reason"));
  const usage = toCallUsage({
    input: numberAttribute(attributes, "gen_ai.response.prompt_tokens"),
    output: numberAttribute(attributes, "gen_ai.response.completion_tokens"),
  });
  return { ...(finishReason === undefined ? {} : { finishReason }), ...usage };
}

/** `FinishReason.TOOL_CALLS` (Python's name of the value), `["Stop"]` or `[Stop]` (.NET); `N/A` is none. */
function finishReasonOf(text: string | undefined): string | undefined {
  const [, python, other] = /^(?:FinishReason\.(\w+)|\W*([A-Za-z_]+)(?!\/))/.exec(text ?? "") ?? [];
  return python?.toLowerCase() ?? other;
}
