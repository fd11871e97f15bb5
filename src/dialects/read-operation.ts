/** Puts an operation together from what a dialect says is its own, and what is the same everywhere. */
import type { Span } from "../model/span.ts";
import type { JsonValue, ToolDefinition } from "../model/session.ts";
import { jsonAttribute } from "./attribute-values.ts";
import type { ReadContext } from "./dialect.ts";
import { genAiInput, genAiOutput, systemInstructions } from "./gen-ai-messages.ts";
import { identityOf } from "./identity.ts";
import { firstMessages } from "./message-source.ts";
import type { MessageSource } from "./message-source.ts";
import type { AgentOperation, MessageList, ModelOperation, Operation, OperationKind } from "./operation.ts";
import { errorOfSpan } from "./span-error.ts";
import { toolFactsOf } from "./tool-facts.ts";
import type { ToolKeys } from "./tool-facts.ts";
import { callFactsOf } from "./usage.ts";
import type { CallFacts } from "./usage.ts";
import { readWrapperInput, readWrapperReply } from "./wrapper-texts.ts";
import type { WrapperKeys } from "./wrapper-texts.ts";

/** What a dialect knows beyond the GenAI conventions. Its sources are asked before the conventions', its keys after. */
export interface DialectRules {
  readonly name: string;
  readonly kindOf: (span: Span) => OperationKind;
  readonly input?: readonly MessageSource[];
  readonly output?: readonly MessageSource[];
  readonly toolKeys?: ToolKeys;
  readonly wrapperKeys?: WrapperKeys;
  readonly readTools?: (span: Span, context: ReadContext) => readonly ToolDefinition[];
  readonly readSystemPrompt?: (span: Span, context: ReadContext) => string | undefined;
  /** What a model call says of itself under keys of its own; goes before what the conventions' keys say. */
  readonly readCallFacts?: (span: Span) => CallFacts;
  readonly isDelta?: (span: Span, context: ReadContext) => boolean;
}

export function readOperation(span: Span, context: ReadContext, rules: DialectRules): Operation {
  const error = errorOfSpan(span);
  const facts = { span, dialect: rules.name, ...identityOf(span), ...(error === undefined ? {} : { error }) };
  const kind = rules.kindOf(span);
  switch (kind) {
    case "model":
      return { ...facts, ...readModel(span, context, rules) };
    case "tool":
      return { ...facts, kind, ...toolFactsOf(span, rules.toolKeys ?? {}) };
    case "agent":
      return { ...facts, ...readAgent(span, context, rules) };
    default:
      return { ...facts, kind: "other" };
  }
}

type Own<Kind extends Operation> = Omit<Kind, "span" | "dialect" | "error">;

function readModel(span: Span, context: ReadContext, rules: DialectRules): Own<ModelOperation> {
  const tools = jsonAttribute(span.attributes, "gen_ai.tool.definitions");
  return {
    kind: "model",
    input: withSystemPrompt(
      firstMessages([...(rules.input ?? []), ...genAiInput], span, context),
      span,
      context,
      rules,
    ),
    output: firstMessages([...(rules.output ?? []), ...genAiOutput], span, context).messages,
    ...callFactsOf(span.attributes),
    ...rules.readCallFacts?.(span),
    tools: tools === undefined ? (rules.readTools?.(span, context) ?? []) : readTools(tools, context),
    isDelta: span.attributes.has("gen_ai.request.previous_response_id") || (rules.isDelta?.(span, context) ?? false),
    ...(span.attributes.get("turnwise.aborted") === true ? { isAborted: true } : {}),
  };
}

function readTools(value: JsonValue, { memory }: ReadContext): readonly ToolDefinition[] {
  return memory.readTools(typeof value === "string" ? value : JSON.stringify(value));
}

/** The system prompt may stand apart from the messages. */
function withSystemPrompt(list: MessageList, span: Span, context: ReadContext, rules: DialectRules): MessageList {
  if (list.messages.some(({ role }) => role === "system")) return list;
  const apart = systemInstructions(span);
  const own = apart.length === 0 ? rules.readSystemPrompt?.(span, context) : undefined;
  const system = own === undefined ? apart : [{ role: "system", text: own, calls: [], results: [] } as const];
  return system.length === 0 ? list : { ...list, messages: [...system, ...list.messages] };
}

function readAgent(span: Span, context: ReadContext, rules: DialectRules): Own<AgentOperation> {
  return {
    kind: "agent",
    readInput: () => readWrapperInput(span, context, rules.wrapperKeys ?? {}),
    readReply: () => readWrapperReply(span, rules.wrapperKeys ?? {}),
  };
}
