/** Firebase Genkit: inputs and outputs of actions as JSON; `generate` wraps itself and the model. */
import type { JsonValue } from "../model/session.ts";
import type { AttributeMap, Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { isList, isObject, member, parseStructure, textMember } from "./lenient-json.ts";
import { listInAttribute } from "./message-source.ts";
import type { Note } from "./note.ts";
import type { OperationKind } from "./operation.ts";
import { parseMessages } from "./parse-message.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import { parseToolDefinitions } from "./tool-definitions.ts";
import { toCallUsage } from "./token-counts.ts";
import { numberIn } from "./usage.ts";
import type { CallFacts } from "./usage.ts";

const INPUT = "genkit:input";
const OUTPUT = "genkit:output";
const NAME = "genkit:name";

const kinds = new Map<string, OperationKind>([
  ["model", "model"],
  ["tool", "tool"],
  ["flow", "agent"],
]);

const rules: DialectRules = {
  name: "genkit",
  kindOf: ({ attributes }) => kinds.get(textAttribute(attributes, "genkit:metadata:subtype") ?? "") ?? "other",
  input: [listInAttribute(INPUT, { members: ["messages"] })],
  output: [
    ({ attributes }) => {
      const output = opened(attributes, OUTPUT);
      const message = member(output, "message") ?? member(firstOf(member(output, "candidates")), "message");
      return { messages: parseMessages(message, "assistant"), truncated: false };
    },
  ],
  toolKeys: { name: [NAME], arguments: [INPUT], result: [OUTPUT] },
  wrapperKeys: { input: [INPUT], output: [OUTPUT] },
  readTools: ({ attributes }) => parseToolDefinitions(member(opened(attributes, INPUT), "tools")),
  readCallFacts,
};

export const genkit: Dialect = {
  name: rules.name,
  matches: ({ attributes }) => [...attributes.keys()].some((key) => key.startsWith("genkit:")),
  read: (span, context) => readOperation(span, context, rules),
};

/** `googleai/gemini-2.5-flash` is provider and model. */
function readCallFacts({ attributes }: Span, note: Note): CallFacts {
  const [provider, ...rest] = (textAttribute(attributes, NAME) ?? "").split("/");
  const model = rest.join("/");
  const output = note("usage", () => opened(attributes, OUTPUT));
  const finishReason = textMember(output, "finishReason");
  const usage = member(output, "usage");
  return {
    ...(model === "" || provider === undefined ? {} : { provider, model }),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(isObject(usage) ? usageOf(usage) : {}),
  };
}

function usageOf(usage: JsonValue) {
  return toCallUsage({
    input: numberIn(usage, "inputTokens"),
    output: numberIn(usage, "outputTokens"),
    total: numberIn(usage, "totalTokens"),
    cacheRead: numberIn(usage, "cachedContentTokens"),
    reasoning: numberIn(usage, "thoughtsTokens"),
  });
}

function opened(attributes: AttributeMap, key: string): JsonValue | undefined {
  const value = jsonAttribute(attributes, key);
  return typeof value === "string" ? parseStructure(value) : value;
}

function firstOf(value: JsonValue | undefined): JsonValue | undefined {
  return isList(value) ? value[0] : undefined;
}
