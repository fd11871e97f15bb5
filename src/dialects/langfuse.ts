/** Langfuse's own SDK: every observation has a type, an input and an output. */
import type { TokenUsage } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import { googleAdkInput, googleAdkOutput } from "./google-adk.ts";
import { isObject, member, parseStructure, textMember } from "./lenient-json.ts";
import type { JsonObject } from "./lenient-json.ts";
import { listInText } from "./message-source.ts";
import type { MessageList, OperationKind } from "./operation.ts";
import { parseMessages, plainMessage } from "./parse-message.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";
import type { CallFacts } from "./usage.ts";
import { vercelAiInput, vercelAiOutput } from "./vercel-ai.ts";

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
  kindOf: ({ attributes }) => kinds.get(textAttribute(attributes, TYPE) ?? "") ?? "other",
  // Its servers rewrite what other libraries sent and leave their keys in place, which say more.
  input: [...vercelAiInput, googleAdkInput, readInput],
  output: [...vercelAiOutput, googleAdkOutput, readOutput],
  toolKeys: { arguments: [INPUT], result: [OUTPUT] },
  readCallFacts,
  wrapperKeys: { input: [INPUT, "langfuse.trace.input"], output: [OUTPUT, "langfuse.trace.output"] },
  readTools: ({ attributes }) => parseToolDefinitions(member(opened(jsonAttribute(attributes, INPUT)), "tools")),
};

/** The exporter adds `langfuse.environment` to other libraries' spans, too: only the type makes it the SDK's. */
export const langfuse: Dialect = {
  name: rules.name,
  matches: ({ attributes }) => attributes.has(TYPE),
  read: (span, context) => readOperation(span, context, rules),
};

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
  return value === undefined ? undefined : whole(parseMessages(value, "assistant"));
}

/** Kinds of tokens are taken out of the sums: `input` is what is left beside `input_cache_read`. */
function readCallFacts({ attributes }: Span): CallFacts {
  const responseModel = textAttribute(attributes, "langfuse.observation.model.name");
  const provider = textAttribute(attributes, "langfuse.observation.metadata.ls_provider");
  const details = opened(jsonAttribute(attributes, "langfuse.observation.usage_details"));
  const costUsd = opened(jsonAttribute(attributes, "langfuse.observation.cost_details"));
  const total = member(costUsd, "total");
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(responseModel === undefined ? {} : { responseModel }),
    ...(isObject(details) ? { usage: usageOf(details) } : {}),
    ...(typeof total === "number" && total > 0 ? { costUsd: total } : {}),
  };
}

function usageOf(details: JsonObject): TokenUsage {
  const sum = (isMeant: (kind: string) => boolean): number =>
    Object.entries(details).reduce(
      (total, [kind, count]) => (isMeant(kind) && typeof count === "number" ? total + count : total),
      0,
    );
  return {
    inputTokens: sum((kind) => kind.startsWith("input")),
    outputTokens: sum((kind) => kind.startsWith("output")),
    cachedInputTokens: sum((kind) => kind === "input_cache_read" || kind === "input_cached_tokens"),
    reasoningTokens: sum((kind) => kind === "output_reasoning" || kind === "output_reasoning_tokens"),
  };
}

function opened(value: ReturnType<typeof jsonAttribute>) {
  return typeof value === "string" ? (parseStructure(value) ?? value) : value;
}

function whole(messages: MessageList["messages"]): MessageList {
  return { messages, truncated: false };
}
