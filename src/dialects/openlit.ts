/**
 * OpenLIT: the conventions, with content on the span and on a log record alike. Its Python SDK up to 1.33 wrote the
 * prompt as one text, a line for each message (`user: Where is A-1?`), into the event of the conventions up to 1.27.
 */
import type { Span } from "../model/span.ts";
import { textAttribute } from "./attribute-values.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import { isCutOff } from "./json-list.ts";
import { parseStructure } from "./lenient-json.ts";
import type { MessageSource } from "./message-source.ts";
import { parseMessage } from "./parse-message.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";

const rules: DialectRules = { name: "openlit", kindOf: genAiKind, input: [readLines] };

export const openLit: Dialect = {
  name: rules.name,
  matches: ({ scope, attributes }) =>
    attributes.get("telemetry.sdk.name") === "openlit" || /^(?:@openlit\/|openlit\b)/.test(scope.name),
  read: (span, context) => readOperation(span, context, rules),
};

const LINE = /^(system|developer|user|assistant|tool|function): /gm;

function readLines({ events, attributes }: Span): ReturnType<MessageSource> {
  const event = events.find(({ name }) => name === "gen_ai.content.prompt");
  const text = textAttribute(event?.attributes ?? attributes, "gen_ai.prompt");
  if (text === undefined || parseStructure(text) !== undefined || isCutOff(text)) return undefined;
  const starts = [...text.matchAll(LINE)];
  if (starts[0]?.index !== 0) return undefined;
  const messages = starts.map(({ index, 0: head, 1: role = "" }, at) => {
    const content = text.slice(index + head.length, starts[at + 1]?.index).replace(/\n$/, "");
    return parseMessage({ role, content });
  });
  return { messages: messages.filter((message) => message !== undefined), truncated: false };
}
