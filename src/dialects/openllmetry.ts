/** OpenLLMetry (Traceloop): decorators' spans around model calls; older versions flatten the messages. */
import type { Span } from "../model/span.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import type { MessageList, OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { indexedToolDefinitions } from "./tool-definitions.ts";

const marks = [
  "traceloop.span.kind",
  "traceloop.workflow.name",
  "traceloop.entity.name",
  "traceloop.entity.path",
  "llm.request.type",
  "gen_ai.prompt.0.role",
  "gen_ai.prompt.0.content",
  "gen_ai.completion.0.role",
];

export const openLlmetryRules: DialectRules = {
  name: "openllmetry",
  kindOf,
  input: [readPrompt],
  output: [readCompletion],
  toolKeys: {
    name: ["traceloop.entity.name"],
    arguments: ["traceloop.entity.input"],
    result: ["traceloop.entity.output"],
  },
  wrapperKeys: {
    input: ["traceloop.entity.input"],
    output: ["traceloop.entity.output"],
    // LangGraph's state: its model spans say neither which tools were asked for nor under which names.
    transcript: ["traceloop.entity.output"],
  },
  readTools: ({ attributes }) => indexedToolDefinitions(attributes, "llm.request.functions."),
};

export const openLlmetry: Dialect = {
  name: openLlmetryRules.name,
  matches: ({ attributes, scope }) => marks.some((key) => attributes.has(key)) || scope.name.startsWith("@traceloop/"),
  read: (span, context) => {
    const operation = readOperation(span, context, openLlmetryRules);
    // LangChain's tools for Node are tasks, and named by their class.
    const isTask = operation.kind === "tool" && span.attributes.get("traceloop.span.kind") === "task";
    return isTask ? { ...operation, isNamedByClass: true } : operation;
  },
};

/** The operation's name goes before Traceloop's own kind, which calls LangChain's tools tasks. */
function kindOf(span: Span): OperationKind {
  const kind = genAiKind(span);
  if (kind !== "other") return kind;
  const request = span.attributes.get("llm.request.type");
  if (request === "chat" || request === "completion") return "model";
  const own = span.attributes.get("traceloop.span.kind");
  if (own === "tool") return "tool";
  return own === "agent" || own === "workflow" ? "agent" : "other";
}

/** The sender's limit on attributes takes the last ones, and the answer is written after the prompt. */
function readPrompt(span: Span, context: ReadContext): MessageList {
  const isAnswered = readCompletion(span, context).messages.length > 0;
  return { ...readIndexed(span, context, "gen_ai.prompt."), truncated: span.droppedAttributesCount > 0 && !isAnswered };
}

function readCompletion(span: Span, context: ReadContext): MessageList {
  return readIndexed(span, context, "gen_ai.completion.");
}

function readIndexed({ attributes }: Span, { memory }: ReadContext, prefix: string): MessageList {
  return { messages: memory.readIndexedMessages(attributes, prefix, (element) => element), truncated: false };
}
