/** Langfuse's own SDK: every observation has a type, an input and an output. */
import type { JsonValue, ToolDefinition } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import {
  googleAdkInput,
  googleAdkOutput,
  googleAdkSystemPrompt,
  googleAdkToolKeys,
  googleAdkTools,
} from "./google-adk.ts";
import { isCutOff } from "./json-list.ts";
import { langChainToolMessage } from "./langchain-message.ts";
import { isList, isObject, member, parseStructure, textMember } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";
import { listInText } from "./message-source.ts";
import type { Note } from "./note.ts";
import type { MessageList, OperationKind } from "./operation.ts";
import { isToolDefinition, parseMessages, plainMessage } from "./parse-message.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";
import { joinToolKeys } from "./tool-facts.ts";
import { toCallUsage } from "./token-counts.ts";
import { positive } from "./usage.ts";
import type { CallFacts } from "./usage.ts";
import { vercelAiInput, vercelAiKind, vercelAiOutput, vercelAiToolKeys, vercelAiTools } from "./vercel-ai.ts";

const TYPE = "langfuse.observation.type";
const INPUT = "langfuse.observation.input";
const OUTPUT = "langfuse.observation.output";

const kinds = new Map<string, OperationKind>([
  ["generation", "model"],
  ["tool", "tool"],
  ["agent", "agent"],
]);

const rules: DialectRules = {
  name: "langfuse",
  kindOf,
  // Its servers rewrite what other libraries sent and leave their keys in place, which say more.
  input: [...vercelAiInput, googleAdkInput, readInput],
  output: [...vercelAiOutput, googleAdkOutput, readOutput],
  toolKeys: joinToolKeys(vercelAiToolKeys, googleAdkToolKeys, { arguments: [INPUT], result: [OUTPUT] }),
  readCallFacts,
  wrapperKeys: { input: [INPUT, "langfuse.trace.input"], output: [OUTPUT, "langfuse.trace.output"] },
  readTools,
  readSystemPrompt: googleAdkSystemPrompt,
};

/** The exporter adds `langfuse.environment` to other libraries' spans, too: only the type makes it the SDK's. */
export const langfuse: Dialect = {
  name: rules.name,
  matches: ({ attributes }) => attributes.has(TYPE),
  read: (span, context) => readOperation(span, context, rules),
};

/**
 * AI SDK's call of the model lies in another span of it, and both become generations. Older handlers for LangChain know of
 * no tools: what answers with a tool message is one.
 */
function kindOf(span: Span): OperationKind {
  const kind = vercelAiKind(span) ?? kinds.get(textAttribute(span.attributes, TYPE) ?? "");
  return kind ?? (answersAsTool(span) ? "tool" : "other");
}

function answersAsTool({ attributes }: Span): boolean {
  const text = textAttribute(attributes, OUTPUT) ?? "";
  // Other nodes answer with all messages, which are many: those are not parsed.
  return /^\s*\{\s*"(?:lc|content)"/.test(text) && langChainToolMessage(parseStructure(text)) !== undefined;
}

function readTools(span: Span): readonly ToolDefinition[] {
  const input = opened(jsonAttribute(span.attributes, INPUT));
  const messages = isList(input) ? input : member(input, "messages");
  const amongMessages = isList(messages) ? messages.filter(isToolDefinition) : [];
  const own = [
    ...parseToolDefinitions(member(input, "tools")),
    ...amongMessages.flatMap((message) => parseToolDefinitions(member(message, "content"))),
  ];
  return own.length > 0 ? own : [...vercelAiTools(span), ...googleAdkTools(span)];
}

/** A role that is none is the name of the tool whose result it is: so the handler for LangChain writes tool messages. */
function readInput({ attributes }: Span, context: ReadContext): MessageList | undefined {
  const text = textAttribute(attributes, INPUT);
  if (text === undefined) return undefined;
  const list = listInText(text, context, { members: ["messages"], role: "tool" });
  if (list !== undefined) return list;
  const value = parseStructure(text);
  const asked = isObject(value) ? textMember(value, "prompt", "input", "question", "query") : text;
  return asked === undefined ? undefined : whole([plainMessage("user", asked)]);
}

/** A message, or only its text, or only its calls. */
function readOutput({ attributes }: Span): MessageList | undefined {
  const value = opened(jsonAttribute(attributes, OUTPUT));
  if (value === undefined || (typeof value === "string" && isCutOff(value))) return undefined;
  return whole(parseMessages(value, "assistant"));
}

/** Kinds of tokens are taken out of the sums: `input` is what is left beside `input_cache_read`. */
function readCallFacts({ attributes }: Span, note: Note): CallFacts {
  const responseModel = textAttribute(attributes, "langfuse.observation.model.name");
  const provider = textAttribute(attributes, "langfuse.observation.metadata.ls_provider");
  const details = note("usage", () => opened(jsonAttribute(attributes, "langfuse.observation.usage_details")));
  const costUsd = note("cost", () => costOf(opened(jsonAttribute(attributes, "langfuse.observation.cost_details"))));
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(responseModel === undefined ? {} : { responseModel }),
    ...(isObject(details) ? usageOf(details) : {}),
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

const cacheReads = new Set(["input_cache_read", "input_cached_tokens", "cache_read_input_tokens"]);
const cacheWrites = new Set(["input_cache_creation", "cache_creation_input_tokens"]);

function usageOf(details: JsonObject) {
  const isCached = (kind: string) => cacheReads.has(kind) || cacheWrites.has(kind);
  return toCallUsage({
    input: sumOf(details, (kind) => kind.startsWith("input") || isCached(kind)),
    output: sumOf(details, (kind) => kind.startsWith("output")),
    cacheRead: sumOf(details, (kind) => cacheReads.has(kind)),
    cacheWrite: sumOf(details, (kind) => cacheWrites.has(kind)),
    reasoning: sumOf(details, (kind) => kind === "output_reasoning" || kind === "output_reasoning_tokens"),
  });
}

/** Undefined when no kind is meant. */
function sumOf(details: JsonObject, isMeant: (kind: string) => boolean): number | undefined {
  const counts = Object.entries(details).flatMap(([kind, count]) =>
    isMeant(kind) && typeof count === "number" ? [count] : [],
  );
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** The total; else the parts, of which every one counts. */
function costOf(details: JsonValue | undefined): number | undefined {
  return positive(member(details, "total")) ?? (isObject(details) ? positive(sumOf(details, () => true)) : undefined);
}

function opened(value: ReturnType<typeof jsonAttribute>) {
  return typeof value === "string" ? (parseStructure(value) ?? value) : value;
}

function whole(messages: MessageList["messages"]): MessageList {
  return { messages, truncated: false };
}
