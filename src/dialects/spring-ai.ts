/**
 * Spring AI's observations: the conventions for model calls, with every value a text, and `spring.ai.*` around them. What
 * was said is recorded only by milestone releases and by filters, as a list of texts without roles.
 */
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import { isList, unwrapJson } from "./lenient-json.ts";
import type { MessageSource } from "./message-source.ts";
import type { Message } from "./message.ts";
import type { OperationKind } from "./operation.ts";
import { plainMessage } from "./parse-message.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";

const kinds = new Map<string, OperationKind>([
  ["chat_client", "agent"],
  ["tool_call", "tool"],
  ["advisor", "other"],
]);

const rules: DialectRules = {
  name: "spring_ai",
  kindOf: (span) => kinds.get(textAttribute(span.attributes, "spring.ai.kind") ?? "") ?? genAiKind(span),
  input: [readInput],
  output: [readOutput],
  toolKeys: {
    id: ["spring.ai.tool.call.id"],
    name: ["spring.ai.tool.definition.name"],
    arguments: ["spring.ai.tool.call.arguments"],
    result: ["spring.ai.tool.call.result"],
  },
  wrapperKeys: { input: ["spring.ai.chat.client.user.text"] },
  isDelta: (span) => promptsOf(span) !== undefined,
};

export const springAi: Dialect = {
  name: rules.name,
  matches: ({ scope, attributes }) =>
    attributes.has("spring.ai.kind") ||
    attributes.get("gen_ai.system") === "spring_ai" ||
    (scope.name === "org.springframework.boot" && attributes.has("gen_ai.operation.name")),
  read: (span, context) => readOperation(span, context, rules),
};

/**
 * System prompt first, and the newest user text last; what lies between is history, and nobody can tell whose: it is left
 * out. Messages without text (calls, results) are empty: at the end of the list they answer the user's text before them.
 */
function readInput(span: Span): ReturnType<MessageSource> {
  const texts = promptsOf(span);
  const last = texts?.findLastIndex((text) => text !== "") ?? -1;
  const asked = texts?.[last];
  if (texts === undefined || asked === undefined) return undefined;
  const system = last > 0 && texts[0] !== undefined && texts[0] !== "" ? [plainMessage("system", texts[0])] : [];
  const answered: readonly Message[] =
    last < texts.length - 1 ? [{ role: "tool", text: "", calls: [], results: [] }] : [];
  return { messages: [...system, plainMessage("user", asked), ...answered], truncated: false };
}

function readOutput(span: Span): ReturnType<MessageSource> {
  const texts = textsOf(span, "gen_ai.content.completion", "gen_ai.completion")?.filter((text) => text !== "");
  if (texts === undefined || texts.length === 0) return undefined;
  return { messages: texts.map((text) => plainMessage("assistant", text)), truncated: false };
}

function promptsOf(span: Span): readonly string[] | undefined {
  return textsOf(span, "gen_ai.content.prompt", "gen_ai.prompt");
}

/** The list stands in an attribute, or in the attribute of that name of a content event. */
function textsOf({ attributes, events }: Span, eventName: string, key: string): readonly string[] | undefined {
  const event = events.find(({ name }) => name === eventName);
  const value = unwrapJson(
    jsonAttribute(attributes, key) ?? jsonAttribute(event?.attributes ?? new Map(), key) ?? null,
  );
  return isList(value) && value.every((text) => typeof text === "string") ? value : undefined;
}
