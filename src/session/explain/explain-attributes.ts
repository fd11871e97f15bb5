/** What a span carried: keys, types and sizes, and what each was read for. */
import { groupBy } from "../../dialects/group-by.ts";
import { isPlaceholder } from "../../dialects/tool-result.ts";
import type { AttributeExplanation, CarriedBySpan } from "../../model/explanation.ts";
import type { AttributeValue, Span } from "../../model/span.ts";
import { families, familyOf, refOf } from "./sources.ts";
import type { WatchedFacts } from "./watched-facts.ts";

const maxValueCharacters = 200;
const maxCarried = 6;
const maxEvents = 20;

/** Those that were read first, then by name. `values`: show their beginnings. */
export function explainAttributes(span: Span, watched: WatchedFacts, values: boolean): readonly AttributeExplanation[] {
  const readFor = watched.factsOf(span);
  const groups = groupBy([...span.attributes], ([key]) => familyOf(key));
  const explained = [...groups].map(([key, entries]) => {
    const facts = new Set(entries.flatMap(([own]) => readFor.get(own) ?? []));
    const [, first] = entries[0] ?? [];
    return {
      key,
      type: typeOf(first),
      size: entries.reduce((sum, [, value]) => sum + sizeOf(value), 0),
      count: entries.length,
      readFor: [...facts],
      redacted: entries.some(([, value]) => typeof value === "string" && isPlaceholder(value)),
      ...(values ? { value: shownValue(first) } : {}),
    };
  });
  return explained.sort((a, b) => b.readFor.length - a.readFor.length || (a.key < b.key ? -1 : 1));
}

/** Where a message would be, if the span had one: in the largest of what nobody read, or of what was read for messages. */
export function explainCarried(span: Span, watched: WatchedFacts): CarriedBySpan {
  const held = explainAttributes(span, watched, false).filter(({ type, readFor }) => {
    return textual.has(type) && readFor.every((fact) => messageFacts.has(fact));
  });
  return {
    ...refOf(span),
    attributes: held.toSorted((a, b) => b.size - a.size).slice(0, maxCarried),
    events: eventNames(span),
  };
}

const textual = new Set<AttributeExplanation["type"]>(["text", "bytes", "list", "map"]);
const messageFacts = new Set(["input", "output", "wrapper_input", "wrapper_reply", "arguments", "result"]);

export function eventNames({ events }: Span): readonly string[] {
  return families(events.slice(0, maxEvents).map(({ name }) => name));
}

function typeOf(value: AttributeValue | undefined): AttributeExplanation["type"] {
  if (value === null || value === undefined || value === "") return "empty";
  if (typeof value === "string") return "text";
  if (typeof value === "bigint" || typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  if (value instanceof Uint8Array) return "bytes";
  return value instanceof Map ? "map" : "list";
}

function sizeOf(value: AttributeValue): number {
  if (value === null) return 0;
  if (typeof value === "string" || value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 1;
}

function shownValue(value: AttributeValue | undefined): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? `(${typeOf(value)})` : String(value);
  return text.length <= maxValueCharacters ? text : `${text.slice(0, maxValueCharacters)}…`;
}
