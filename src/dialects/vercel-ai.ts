/** Vercel AI SDK 4 to 6 (and 7 in its legacy mode): `ai.*` attributes, one span per attempt below one per call. */
import type { JsonValue, ToolDefinition } from "../model/session.ts";
import type { AttributeMap, Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { isList, member, parseStructure, unwrapJson } from "./lenient-json.ts";
import { readCall, readPart } from "./message-parts.ts";
import { listInAttribute, listInText } from "./message-source.ts";
import type { MessageSource } from "./message-source.ts";
import type { MessageCall, MessageOther } from "./message.ts";
import type { MessageList, OperationKind } from "./operation.ts";
import { parseMessages } from "./parse-message.ts";
import { isMarkedProviderRun } from "./provider-tool.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import type { ToolKeys } from "./tool-facts.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";

export const vercelAiToolKeys: ToolKeys = {
  id: ["ai.toolCall.id"],
  name: ["ai.toolCall.name"],
  arguments: ["ai.toolCall.args", "ai.toolCall.input"],
  result: ["ai.toolCall.result", "ai.toolCall.output"],
};

export const vercelAiInput: readonly MessageSource[] = [
  listInAttribute("ai.prompt.messages"),
  ({ attributes }, context) => {
    const text = textAttribute(attributes, "ai.prompt");
    return text === undefined ? undefined : (listInText(text, context, { members: ["messages"] }) ?? promptText(text));
  },
];

/** One assistant message out of text and calls; when there is neither, the conventions' output counts. */
export const vercelAiOutput: readonly MessageSource[] = [
  ({ attributes }) => {
    const text = textAttribute(attributes, "ai.response.text", "ai.response.object") ?? "";
    const { calls, others } = readCalls(attributes);
    const rest = [...readThoughts(attributes), ...others, ...readFiles(attributes)];
    const message = {
      role: "assistant",
      text,
      calls,
      results: [],
      ...(rest.length === 0 ? {} : { others: rest }),
    } as const;
    return text === "" && calls.length === 0 && rest.length === 0
      ? undefined
      : { messages: [message], truncated: false };
  },
];

const rules: DialectRules = {
  name: "vercel_ai",
  kindOf: (span) => vercelAiKind(span) ?? "other",
  input: vercelAiInput,
  output: vercelAiOutput,
  toolKeys: vercelAiToolKeys,
  wrapperKeys: { input: ["ai.prompt"], output: ["ai.response.text"] },
  readTools: vercelAiTools,
};

export const vercelAi: Dialect = {
  name: rules.name,
  matches: (span) => span.attributes.has("ai.operationId"),
  read: (span, context) => readOperation(span, context, rules),
};

/** `ai.generateText` wraps `ai.generateText.doGenerate`, which is the request. Undefined for spans of another library. */
export function vercelAiKind({ attributes }: Span): OperationKind | undefined {
  const operation = textAttribute(attributes, "ai.operationId");
  if (operation === undefined) return undefined;
  if (operation === "ai.toolCall") return "tool";
  if (/^ai\.(?:generate|stream)(?:Text|Object)\.do(?:Generate|Stream)$/.test(operation)) return "model";
  return /^ai\.(?:generate|stream)(?:Text|Object)$/.test(operation) ? "agent" : "other";
}

export function vercelAiTools({ attributes }: Span): readonly ToolDefinition[] {
  return parseToolDefinitions(jsonAttribute(attributes, "ai.prompt.tools"));
}

function promptText(text: string): MessageList {
  return { messages: parseMessages(member(parseStructure(text), "prompt")), truncated: false };
}

/** Arguments are JSON text in generateText and an object in streamText. What the provider ran is no call. */
function readCalls(attributes: AttributeMap): { calls: readonly MessageCall[]; others: readonly MessageOther[] } {
  const list = unwrapJson(jsonAttribute(attributes, "ai.response.toolCalls") ?? null);
  const values = isList(list) ? list : [];
  return {
    calls: values.flatMap((call) => (isMarkedProviderRun(call) ? [] : (readCall(call) ?? []))),
    others: othersOf(values.filter(isMarkedProviderRun)),
  };
}

function readThoughts(attributes: AttributeMap): readonly MessageOther[] {
  const reasoning = textAttribute(attributes, "ai.response.reasoning");
  return reasoning === undefined ? [] : [{ type: "reasoning", reasoning }];
}

function readFiles(attributes: AttributeMap): readonly MessageOther[] {
  const files = jsonAttribute(attributes, "ai.response.files");
  const list = typeof files === "string" ? parseStructure(files) : files;
  return isList(list) ? othersOf(list) : [];
}

function othersOf(parts: readonly JsonValue[]): readonly MessageOther[] {
  return parts.map(readPart).flatMap((part) => (part.kind === "other" ? [part.other] : []));
}
