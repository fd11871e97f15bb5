/** Libraries of which there is no capture, read from telemetry in their documented shape. */
import { describe, expect, it } from "vitest";
import type { BuiltSession } from "../../src/model/session.ts";
import type { AttributeMap, AttributeValue, LogRecord, Span } from "../../src/model/span.ts";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import type { SpanFacts } from "../../src/session/span-facts.ts";
import { isAgentLogRecord } from "../../src/dialects/agent-log-record.ts";
import { deliver, deliveries } from "../support/captures.ts";
import { problemsOf } from "../support/compare-sessions.ts";
import { documentedNames, loadDocumented } from "../support/documented-requests.ts";

/** Ways to spoil a value, numbered. */
const ways: readonly (readonly [what: string, change: (value: AttributeValue) => AttributeValue])[] = [
  ["cut off", (value) => (typeof value === "string" ? value.slice(0, value.length / 2) : null)],
  ["a number", () => 7n],
  ["a list of lists", () => [[["x"], new Map([["role", null]])]]],
  ["a map of maps", () => new Map([["messages", new Map([["content", new Map([["role", [1n]]])]])]])],
  ["a JSON list of nothing", () => "[null,[],{},[[]],0]"],
  ["a prototype", () => '{"__proto__":{"role":"user"},"messages":[{"__proto__":[]}]}'],
];
const harms = ways.map(([what, change], place) => [what, change, place] as const);

describe.each(documentedNames)("%s", (name) => {
  const { requests, expected } = loadDocumented(name);
  const facts = factsOfRequests(requests);

  it.each(deliveries)("becomes the conversation that took place, delivered %s", (delivery) => {
    const sessions = buildSessions(factsOfRequests(deliver(requests, delivery)));
    expect(problemsOf(expected, sessions)).toEqual([]);
  });

  it("counts the tokens of each model call once", () => {
    const wanted = expected.conversations.flatMap(({ turns }) => turns.map(({ usage }) => usage));
    const turns = buildSessions(facts).flatMap((session) => session.turns);
    expect(turns.map(({ usage }) => ({ input: usage.inputTokens, output: usage.outputTokens }))).toEqual(wanted);
  });

  it("says which library, agent, user, model, instructions and tools", () => {
    const { conversations: _conversations, telemetry: _telemetry, ...about } = expected;
    for (const session of buildSessions(facts)) expect(aboutSession(session)).toEqual({ ...nothing, ...about });
  });

  it("sends log records that a store keeps", () => {
    expect(facts.logRecords.filter((record) => !isAgentLogRecord(record))).toEqual([]);
  });

  it("does no harm with any piece missing", () => {
    for (const at of facts.spans.keys()) expect(built({ ...facts, spans: facts.spans.toSpliced(at, 1) })).toBe(true);
    for (const at of facts.logRecords.keys()) {
      expect(built({ ...facts, logRecords: facts.logRecords.toSpliced(at, 1) })).toBe(true);
    }
    for (const key of keysOf(facts))
      expect(built(mapAttributes(facts, (own, value) => (own === key ? [] : [value])))).toBe(true);
  });

  it.each(harms)("does no harm with every value %s", (_what, change, place) => {
    expect(built(mapAttributes(facts, (_key, value) => [change(value)]))).toBe(true);
    // One key alone: each of them in half of the ways.
    for (const key of [...keysOf(facts)].filter((_, at) => (at + place) % 2 === 0)) {
      expect(built(mapAttributes(facts, (own, value) => [own === key ? change(value) : value]))).toBe(true);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

const nothing = { agentName: undefined, userId: undefined, systemPrompt: undefined, tools: [], models: [] };

function aboutSession({ dialects, agentName, userId, systemPrompt, tools, models }: BuiltSession) {
  return { dialects, agentName, userId, systemPrompt, tools: tools.map(({ name }) => name), models };
}

/** Reading and showing it does not throw; that it is true says that it ran. */
function built(facts: SpanFacts): boolean {
  return JSON.stringify(buildSessions(facts)).startsWith("[");
}

function keysOf({ spans }: SpanFacts): ReadonlySet<string> {
  return new Set(
    spans.flatMap(({ attributes, events }) => [
      ...attributes.keys(),
      ...events.flatMap((event) => [...event.attributes.keys()]),
    ]),
  );
}

type Change = (key: string, value: AttributeValue) => readonly AttributeValue[];

function mapAttributes({ spans, logRecords }: SpanFacts, change: Change): SpanFacts {
  const changed = (attributes: AttributeMap): AttributeMap =>
    new Map([...attributes].flatMap(([key, value]) => change(key, value).map((other) => [key, other] as const)));
  const toSpan = (span: Span): Span => ({
    ...span,
    attributes: changed(span.attributes),
    events: span.events.map((event) => ({ ...event, attributes: changed(event.attributes) })),
  });
  const toRecord = (record: LogRecord): LogRecord => ({
    ...record,
    attributes: changed(record.attributes),
    body: change("body", record.body)[0] ?? null,
  });
  return { spans: spans.map(toSpan), logRecords: logRecords.map(toRecord) };
}
