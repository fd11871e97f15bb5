/** OpenInference (Arize): messages flattened into attributes, the raw request and response beside them. */
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import { openInferenceInput, openInferenceOutput } from "./openinference-messages.ts";
import { offeredTools, previousResponseOfRequest, systemPromptOfRequest } from "./openinference-request.ts";
import type { OperationKind } from "./operation.ts";
import { withSpokenCalls } from "./react-messages.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { vercelAiInput, vercelAiKind, vercelAiOutput, vercelAiToolKeys } from "./vercel-ai.ts";

const kinds = new Map<string, OperationKind>([
  ["LLM", "model"],
  ["TOOL", "tool"],
  ["AGENT", "agent"],
]);

/** Its processor for the AI SDK leaves the `ai.*` attributes in place, so those are read where its own are missing. */
export const openInferenceRules: DialectRules = {
  name: "openinference",
  kindOf,
  input: [withSpokenCalls(openInferenceInput), ...vercelAiInput],
  output: [openInferenceOutput, ...vercelAiOutput],
  toolKeys: {
    id: [...(vercelAiToolKeys.id ?? []), "tool_call.id"],
    name: [...(vercelAiToolKeys.name ?? []), "tool.name"],
    arguments: [...(vercelAiToolKeys.arguments ?? []), "input.value", "tool.parameters"],
    result: [...(vercelAiToolKeys.result ?? []), "output.value"],
  },
  wrapperKeys: { input: ["input.value"], output: ["output.value"] },
  readTools: offeredTools,
  readSystemPrompt: systemPromptOfRequest,
  readPreviousResponse: previousResponseOfRequest,
};

export const openInference: Dialect = {
  name: openInferenceRules.name,
  matches: (span) => span.attributes.has("openinference.span.kind"),
  read: (span, context) => readOperation(span, context, openInferenceRules),
};

/** A hand-over to another agent is written as a tool, and is none. */
function kindOf(span: Span): OperationKind {
  const own = kinds.get(textAttribute(span.attributes, "openinference.span.kind")?.toUpperCase() ?? "");
  const kind = vercelAiKind(span) ?? own ?? genAiKind(span);
  return kind === "tool" && span.name.startsWith("handoff") ? "other" : kind;
}
