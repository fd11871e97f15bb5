/** Puts an operation together from what a dialect says is its own, and what is the same everywhere. */
import type { Span } from "../model/span.ts";
import type { ToolDefinition } from "../model/session.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { ReadContext } from "./dialect.ts";
import { genAiInput, genAiOutput, systemInstructions } from "./gen-ai-messages.ts";
import { identityOf } from "./identity.ts";
import { isReply } from "./message.ts";
import type { Message } from "./message.ts";
import { firstMessages } from "./message-source.ts";
import type { MessageSource } from "./message-source.ts";
import { unnoted } from "./note.ts";
import type { Note } from "./note.ts";
import type { AgentOperation, MessageList, ModelOperation, Operation, OperationKind } from "./operation.ts";
import { plainMessage } from "./parse-message.ts";
import { errorOfSpan } from "./span-error.ts";
import { toolFactsOf } from "./tool-facts.ts";
import type { ToolKeys } from "./tool-facts.ts";
import { callFactsOf } from "./usage.ts";
import type { CallFacts } from "./usage.ts";
import { readWrapperInput, readWrapperReply, readWrapperTranscript } from "./wrapper-texts.ts";
import type { WrapperKeys } from "./wrapper-texts.ts";

/** What a dialect knows beyond the GenAI conventions. Its sources are asked before the conventions', its keys after. */
export interface DialectRules {
  readonly name: string;
  readonly kindOf: (span: Span) => OperationKind;
  readonly input?: readonly MessageSource[];
  readonly output?: readonly MessageSource[];
  readonly toolKeys?: ToolKeys;
  readonly wrapperKeys?: WrapperKeys;
  /** A wrapper's output messages end with the reply; other libraries run the texts of its steps together there. */
  readonly repliesInMessages?: true;
  readonly readTools?: (span: Span, context: ReadContext) => readonly ToolDefinition[];
  readonly readSystemPrompt?: (span: Span, context: ReadContext) => string | undefined;
  /** What a model call says of itself under keys of its own; goes before what the conventions' keys say. */
  readonly readCallFacts?: (span: Span, note: Note) => CallFacts;
  /** The provider holds the history, under another name than that of an answer before. */
  readonly isDelta?: (span: Span, context: ReadContext) => boolean;
  readonly readPreviousResponse?: (span: Span, context: ReadContext) => string | undefined;
}

export function readOperation(span: Span, context: ReadContext, rules: DialectRules): Operation {
  const { note = unnoted } = context;
  const error = note("error", () => errorOfSpan(span));
  const facts = { span, dialect: rules.name, ...identityOf(span, context), ...(error === undefined ? {} : { error }) };
  const kind = rules.kindOf(span);
  switch (kind) {
    case "model":
      return { ...facts, ...readModel(span, context, rules) };
    case "tool":
      return { ...facts, kind, ...toolFactsOf(span, rules.toolKeys ?? {}, note) };
    case "agent":
      return { ...facts, ...readAgent(span, context, rules) };
    default:
      return { ...facts, kind: "other" };
  }
}

/** The first as libraries wrote it before the conventions had a name for it. */
const previousResponseKeys = ["gen_ai.request.previous_response_id", "gen_ai.request.previous_response.id"];

type Own<Kind extends Operation> = Omit<Kind, "span" | "dialect" | "error">;

function readModel(span: Span, context: ReadContext, rules: DialectRules): Own<ModelOperation> {
  const { note = unnoted } = context;
  const previousResponseId = note("previous_response_id", () => {
    return textAttribute(span.attributes, ...previousResponseKeys) ?? rules.readPreviousResponse?.(span, context);
  });
  return {
    kind: "model",
    input: withSystemPrompt(
      markShortened(firstMessages([...(rules.input ?? []), ...genAiInput], span, context, "input"), span),
      span,
      context,
      rules,
    ),
    output: firstMessages([...(rules.output ?? []), ...genAiOutput], span, context, "output").messages,
    ...callFactsOf(span, context.note),
    ...note("call_facts", () => rules.readCallFacts?.(span, note)),
    tools: readTools(span, context, rules),
    ...(previousResponseId === undefined ? {} : { previousResponseId }),
    isDelta: previousResponseId !== undefined || namesPrevious(span) || (rules.isDelta?.(span, context) ?? false),
    ...(span.attributes.get("turnwise.aborted") === true ? { isAborted: true } : {}),
  };
}

/** Also under a name that was withheld. */
function namesPrevious({ attributes }: Span): boolean {
  return previousResponseKeys.some((key) => (attributes.get(key) ?? "") !== "");
}

/** Our own instrumentation names the attributes that it left messages out of, because they were too long. */
function markShortened(list: MessageList, { attributes }: Span): MessageList {
  const shortened = attributes.get("turnwise.shortened");
  return Array.isArray(shortened) && shortened.includes("gen_ai.input.messages") ? { ...list, truncated: true } : list;
}

function readTools(span: Span, context: ReadContext, rules: DialectRules): readonly ToolDefinition[] {
  const value = jsonAttribute(span.attributes, "gen_ai.tool.definitions");
  if (value === undefined) return rules.readTools?.(span, context) ?? [];
  return context.memory.readTools(typeof value === "string" ? value : JSON.stringify(value));
}

/** The system prompt may stand apart from the messages. */
function withSystemPrompt(list: MessageList, span: Span, context: ReadContext, rules: DialectRules): MessageList {
  if (list.messages.some(({ role }) => role === "system")) return list;
  const system = systemMessages(span, context, rules);
  return system.length === 0 ? list : { ...list, messages: [...system, ...list.messages] };
}

function systemMessages(span: Span, context: ReadContext, rules: DialectRules): readonly Message[] {
  const apart = systemInstructions(span, context);
  const own = apart.length === 0 ? rules.readSystemPrompt?.(span, context) : undefined;
  return own === undefined ? apart : [plainMessage("system", own)];
}

function readAgent(span: Span, context: ReadContext, rules: DialectRules): Own<AgentOperation> {
  const { note = unnoted } = context;
  const [system] = systemMessages(span, context, rules);
  return {
    kind: "agent",
    ...(system === undefined ? {} : { systemPrompt: system.text }),
    tools: readTools(span, context, rules),
    readInput: () => {
      const own = note("wrapper_input", () => readWrapperInput(span, context, rules.wrapperKeys ?? {}));
      return own.messages.length > 0 || own.truncated ? own : firstMessages(genAiInput, span, context, "wrapper_input");
    },
    readReply: () =>
      note("wrapper_reply", () => readWrapperReply(span, rules.wrapperKeys ?? {})) ??
      replyInMessages(span, context, rules),
    ...(rules.wrapperKeys?.answer === undefined ? {} : { ownsReply: true }),
    readTranscript: () => readWrapperTranscript(span, context, rules.wrapperKeys ?? {}),
  };
}

function replyInMessages(span: Span, context: ReadContext, rules: DialectRules): string | undefined {
  if (rules.repliesInMessages !== true) return undefined;
  return firstMessages(genAiOutput, span, context, "wrapper_reply").messages.findLast(isReply)?.text;
}
