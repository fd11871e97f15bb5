/**
 * The spans that Anthropic's SDK writes itself: the conventions, and keys of its own for what they lack.
 *
 * Its quirks: a failed tool's span has a status without a message (the text is the result); with message threads a
 * request holds only what is new; content over a size limit is replaced by messages without parts.
 */
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect, ReadContext } from "./dialect.ts";
import { genAiInput } from "./gen-ai-messages.ts";
import { genAiKind } from "./gen-ai.ts";
import { isList } from "./lenient-json.ts";
import { firstMessages } from "./message-source.ts";
import type { MessageList } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";
import type { CallFacts } from "./usage.ts";

const rules: DialectRules = {
  name: "anthropic_sdk",
  kindOf: genAiKind,
  input: [readInput],
  toolKeys: { result: ["anthropic.tool_result.content"] },
  readCallFacts,
  isDelta: keepsThread,
  repliesInMessages: true,
};

export const anthropicSdk: Dialect = {
  name: rules.name,
  matches: ({ scope, attributes }) =>
    scope.name.startsWith("com.anthropic.sdk.") && [...attributes.keys()].some((key) => key.startsWith("gen_ai.")),
  read: (span, context) => readOperation(span, context, rules),
};

/** What was cut says so beside the list. */
function readInput(span: Span, context: ReadContext): MessageList | undefined {
  if (span.attributes.get("anthropic.content.truncated") !== true) return undefined;
  return { ...firstMessages(genAiInput, span, context, "input"), truncated: true };
}

function readCallFacts({ attributes }: Span): CallFacts {
  const finishReason = textAttribute(attributes, "anthropic.message.stop_reason");
  return finishReason === undefined ? {} : { finishReason };
}

/** The provider keeps the history of a thread (a beta, named in the request). */
function keepsThread({ attributes }: Span): boolean {
  const betas = jsonAttribute(attributes, "anthropic.beta");
  return isList(betas) && betas.some((beta) => typeof beta === "string" && beta.startsWith("message-threads-"));
}
