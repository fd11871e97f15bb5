import type { FactName } from "../../dialects/note.ts";
import type { Source, SpanRef } from "../../model/explanation.ts";
import type { Span } from "../../model/span.ts";
import type { WatchedFacts } from "./watched-facts.ts";

/** Longer names and keys are cut: they are what a sender wrote. */
const maxCharacters = 200;
const maxKeys = 12;

export function refOf({ traceId, spanId, name }: Span): SpanRef {
  return { traceId, spanId, name: name.slice(0, maxCharacters) };
}

export function sourceOf(span: Span, fact: FactName, watched: WatchedFacts): Source {
  return { ...refOf(span), keys: keysOf(span, fact, watched) };
}

/** What some libraries write on the span above the one that it belongs to. */
const inherited = new Set<FactName>(["input", "output"]);

/** What the fact was read from. A span that has it from its parent says so. */
export function keysOf(span: Span, fact: FactName, watched: WatchedFacts): readonly string[] {
  const own = watched.keysOf(span, fact);
  if (own.length > 0 || span.parentSpanId === undefined || !inherited.has(fact)) return families(own);
  const parent = { traceId: span.traceId, spanId: span.parentSpanId };
  return families(watched.keysOf(parent, fact)).map((key) => `parent: ${key}`);
}

/** Each once; flattened lists as a whole. */
export function families(keys: readonly string[]): readonly string[] {
  const all = [...new Set(keys.map(familyOf))];
  return all.length <= maxKeys ? all : [...all.slice(0, maxKeys), `and ${all.length - maxKeys} more`];
}

/** `llm.input_messages.0.message.role` is a part of `llm.input_messages.*`. */
export function familyOf(key: string): string {
  const shown = key.slice(0, maxCharacters);
  const index = /\.\d{1,9}(?=\.|$)/.exec(shown)?.index;
  return index === undefined ? shown : `${shown.slice(0, index)}.*`;
}
