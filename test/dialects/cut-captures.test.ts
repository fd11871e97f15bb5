/** Captured traffic as it would have come from senders that limit the length of attributes' values. */
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isList, isObject, parseJson } from "../../src/dialects/lenient-json.ts";
import type { Message } from "../../src/dialects/message.ts";
import type { Operation } from "../../src/dialects/operation.ts";
import { parseMessages } from "../../src/dialects/parse-message.ts";
import type { BuiltSession } from "../../src/model/session.ts";
import type { AttributeMap, AttributeValue, Span } from "../../src/model/span.ts";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { captureNames, loadCapture } from "../support/captures.ts";
import { readOne } from "../support/conversation-spans.ts";

/** Shorter ones cut the words `assistant` and `gen_ai.tool.message`. */
const shortestLimit = 16;
const limits = fc
  .double({ min: Math.log10(shortestLimit), max: 4.2, noNaN: true })
  .map((power) => Math.floor(10 ** power));

function cutSpan(span: Span, limit: number): Span {
  const events = span.events.map((event) => ({ ...event, attributes: cutValues(event.attributes, limit) }));
  return { ...span, attributes: cutValues(span.attributes, limit), events };
}

function cutValues(attributes: AttributeMap, limit: number): AttributeMap {
  return new Map(
    [...attributes].map(([key, value]) => [key, typeof value === "string" ? value.slice(0, limit) : value]),
  );
}

/** All texts in a value, also those in JSON texts. */
function leavesOf(value: unknown, depth = 0): readonly string[] {
  if (typeof value === "string") {
    const opened = depth > 6 ? undefined : openJson(value);
    return opened === undefined ? [value] : leavesOf(opened, depth + 1);
  }
  if (value instanceof Map) return [...value.values()].flatMap((inner) => leavesOf(inner, depth));
  if (Array.isArray(value)) return value.flatMap((inner: unknown) => leavesOf(inner, depth));
  return typeof value === "object" && value !== null
    ? Object.values(value).flatMap((inner) => leavesOf(inner, depth))
    : [];
}

function openJson(text: string): unknown {
  try {
    return /^\s*[[{"]/.test(text) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function textsOf(sessions: readonly BuiltSession[]): readonly string[] {
  return sessions.flatMap(({ systemPrompt = "", turns }) => [
    systemPrompt,
    ...turns.flatMap(({ userContent, assistantContent = "", steps }) => [
      userContent,
      assistantContent,
      ...steps.flatMap((step) => (step.type === "model_call" ? [step.content ?? "", step.reasoning ?? ""] : [])),
    ]),
  ]);
}

const facts = ({ role, text, calls, results }: Message) => ({ role, text, calls, results });
/** The system prompt may stand apart, and be cut where the messages are not. */
const said = (messages: readonly Message[]) => messages.filter(({ role }) => role !== "system").map(facts);

/** The beginning of the same message: flattened lists have an attribute for each text. */
function isBeginning(of: ReturnType<typeof facts> | undefined, message: ReturnType<typeof facts>): boolean {
  if (of === undefined) return false;
  return isDeepStrictEqual(of, message) || (of.role === message.role && of.text.startsWith(message.text));
}

function readIn(span: Span, spans: readonly Span[]): Operation {
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return readOne(span, parent === undefined ? {} : { parent });
}

const listKeys = ["gen_ai.input.messages", "ai.prompt.messages"];

/** How many of a list's messages are whole in so many characters of its JSON text; 0 when it is written otherwise. */
function countWhole(list: AttributeValue | undefined, limit: number): number {
  const values = typeof list === "string" ? parseJson(list) : undefined;
  if (!isList(values) || list !== JSON.stringify(values)) return 0;
  const whole = values.filter((_value, at) => JSON.stringify(values.slice(0, at + 1)).length - 1 <= limit);
  return parseMessages(whole.filter((value) => isObject(value))).filter(({ role }) => role !== "system").length;
}

describe.each(captureNames)("values of %s that were cut", (name) => {
  const whole = factsOfRequests(loadCapture(name).requests);
  const records = whole.logRecords.flatMap(({ attributes, body }) => [...leavesOf(attributes), ...leavesOf(body)]);
  const spans = whole.spans.flatMap(({ attributes, events }) => [...leavesOf(attributes), ...leavesOf(events)]);
  const corpus = [...new Set([...records, ...spans, ...textsOf(buildSessions(whole))])].join("\n");

  it("say nothing that was not said", () => {
    fc.assert(
      fc.property(limits, (limit) => {
        const cut = { ...whole, spans: whole.spans.map((span) => cutSpan(span, limit)) };
        const lines = textsOf(buildSessions(cut)).flatMap((text) => text.split("\n"));
        expect(lines.filter((line) => !corpus.includes(line))).toEqual([]);
      }),
      { numRuns: 6 },
    );
  });

  it("keep every message that is whole, in its order, and say that others are missing", () => {
    fc.assert(
      fc.property(limits, fc.nat(), (limit, at) => {
        const span = whole.spans[at % whole.spans.length];
        if (span === undefined) return;
        const cut = whole.spans.map((each) => cutSpan(each, limit));
        const [full, part] = [readIn(span, whole.spans), readIn(cutSpan(span, limit), cut)];
        if (full.kind !== "model" || part.kind !== "model") return;
        const [truth, read] = [said(full.input.messages), said(part.input.messages)];
        expect(read.every((message, place) => isBeginning(truth[place], message))).toBe(true);
        expect(read.length === truth.length || part.input.truncated).toBe(true);
        const key = listKeys.find((key) => span.attributes.has(key));
        const least = key === undefined ? 0 : countWhole(span.attributes.get(key), limit);
        expect(isDeepStrictEqual(read.slice(0, least), truth.slice(0, least))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});
