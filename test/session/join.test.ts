import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { buildSession } from "../../src/session/build-session.ts";
import { readTogether, shouldJoin } from "../../src/session/join.ts";
import type { SpanFacts } from "../../src/session/span-facts.ts";
import { loadCapture } from "../support/captures.ts";
import type { ExpectedCapture } from "../support/captures.ts";
import { problemsOf } from "../support/compare-sessions.ts";
import { loadDocumented } from "../support/documented-requests.ts";
import { seededRandom, shuffled } from "../support/seeded-random.ts";

/** Sessions as a store keeps them: one a trace at first, found by shared links, joined one at a time. */
function liveStore() {
  const sessions = new Map<string, { facts: SpanFacts; links: ReadonlySet<bigint> }>();
  const due = new Set<string>();

  function process(id: string): void {
    const session = sessions.get(id);
    if (session === undefined) return;
    const links = new Set(buildSession(session.facts, {}).links);
    sessions.set(id, { ...session, links });
    const candidates = [...sessions].flatMap(([other, { facts, links: theirs }]) => {
      return other !== id && [...theirs].some((link) => links.has(link)) ? [{ id: other, facts }] : [];
    });
    const [mine = [], ...others] = readTogether([session.facts, ...candidates.map(({ facts }) => facts)]);
    const into = shouldJoin(
      mine,
      candidates.map((candidate, at) => ({ id: candidate.id, units: others[at] ?? [] })),
    );
    const target = into === undefined ? undefined : sessions.get(into);
    if (into === undefined || target === undefined) return;
    sessions.delete(id);
    sessions.set(into, { ...target, facts: merge([target.facts, session.facts]) });
    due.add(into);
  }

  return {
    add(traceId: string, facts: SpanFacts): void {
      sessions.set(traceId, { facts, links: new Set() });
      due.add(traceId);
    },
    settle(): void {
      for (const id of due) {
        due.delete(id);
        process(id);
      }
    },
    built: () => [...sessions.values()].map(({ facts }) => buildSession(facts, {}).session),
  };
}

function merge(facts: readonly SpanFacts[]): SpanFacts {
  return { spans: facts.flatMap(({ spans }) => spans), logRecords: facts.flatMap(({ logRecords }) => logRecords) };
}

function byTrace({ spans, logRecords }: SpanFacts): readonly (readonly [string, SpanFacts])[] {
  const ids = [...new Set(spans.map(({ traceId }) => traceId))];
  return ids.map((id) => [
    id,
    {
      spans: spans.filter(({ traceId }) => traceId === id),
      logRecords: logRecords.filter(({ traceId }) => traceId === id),
    },
  ]);
}

const idKeys = ["session.id", "ai.telemetry.metadata.sessionId", "gen_ai.conversation.id"];

function withoutIds(span: Span): Span {
  return {
    ...span,
    attributes: new Map([...span.attributes].filter(([key]) => !idKeys.includes(key) && key !== "metadata")),
  };
}

function captureWithoutIds(name: string): { facts: SpanFacts; expected: ExpectedCapture } {
  const { requests, expected } = loadCapture(name);
  const facts = factsOfRequests(requests);
  return {
    facts: { ...facts, spans: facts.spans.map(withoutIds) },
    expected: { conversations: expected.conversations },
  };
}

const names = [
  "ai-sdk-v6-interleaved",
  "ai-sdk-v7",
  "ai-sdk-v7-errors",
  "ai-sdk-v7-multiagent",
  "anthropic-native-create",
  "openinference-openai-bare",
  "openinference-openai-interleaved",
  "openinference-openai-responses-prev",
  "openlit-openai",
  "otel-contrib-openai",
  "otel-contrib-openai-bare",
  "traceloop-openai-bare",
];

/** Two exporters, each with a library of its own. */
function recordedTwice(name: string): { facts: SpanFacts; expected: ExpectedCapture } {
  const { facts, expected } = captureWithoutIds(name);
  const again = facts.spans.map((span) => ({
    ...span,
    traceId: span.traceId.replace(/^./, (digit) => (15 - Number.parseInt(digit, 16)).toString(16)),
    scope: { ...span.scope, name: "another-instrumentation" },
    startTimeUnixNano: span.startTimeUnixNano + 100_000n,
    endTimeUnixNano: span.endTimeUnixNano - 100_000n,
  }));
  return { facts: { ...facts, spans: [...facts.spans, ...again] }, expected };
}

function documented(name: string): { facts: SpanFacts; expected: ExpectedCapture } {
  const { requests, expected } = loadDocumented(name);
  return { facts: factsOfRequests(requests), expected };
}

const traffic: readonly (readonly [string, { facts: SpanFacts; expected: ExpectedCapture }])[] = [
  ...names.map((name) => [name, captureWithoutIds(name)] as const),
  ...[
    "ai-sdk-v7",
    "openinference-openai-interleaved",
    "openinference-openai-responses-prev",
    "traceloop-openai-bare",
  ].map((name) => [`${name}, recorded twice`, recordedTwice(name)] as const),
  ...["openai-responses-approval", "sliding-window-bare", "sliding-window-without-id"].map(
    (name) => [name, documented(name)] as const,
  ),
];

describe.each(traffic)("the traces of %s, without conversation ids", (_name, { facts, expected }) => {
  it.each([1, 2])("find each other when all are there, claimed in any order (seed %i)", (seed) => {
    const store = liveStore();
    const random = seededRandom(seed);
    const shuffledFacts = { ...facts, logRecords: shuffled(facts.logRecords, random) };
    for (const [id, trace] of shuffled(byTrace(shuffledFacts), random)) store.add(id, trace);
    store.settle();
    expect(problemsOf(expected, store.built())).toEqual([]);
  });

  it.each([1, 2])("find each other when they arrive one after the other, in any order (seed %i)", (seed) => {
    const store = liveStore();
    const random = seededRandom(seed);
    const shuffledFacts = { ...facts, logRecords: shuffled(facts.logRecords, random) };
    for (const [id, trace] of shuffled(byTrace(shuffledFacts), random)) {
      store.add(id, trace);
      store.settle();
    }
    expect(problemsOf(expected, store.built())).toEqual([]);
  });
});
