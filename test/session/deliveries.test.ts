/** However facts arrive, and whatever else arrives among them, the sessions are the same. */
import { describe, expect, it } from "vitest";
import type { BuiltSession } from "../../src/model/session.ts";
import type { AttributeValue, LogRecord, Span } from "../../src/model/span.ts";
import type { SpanFacts as Facts } from "../../src/session/span-facts.ts";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { captureNames, loadCapture } from "../support/captures.ts";
import { seededRandom, shuffled } from "../support/seeded-random.ts";

/** As many seeds for every capture; `TURNWISE_TEST_SEEDS=100 npx vitest run test/session` tries more. */
const seeds = Array.from({ length: Number(process.env["TURNWISE_TEST_SEEDS"] ?? 1) }, (_, at) => at + 1);

/** Each span and log record in a request of its own: as finely as a capture can be split. */
function singles(requests: readonly Facts[]): readonly Facts[] {
  return requests.flatMap(({ spans, logRecords }) => [
    ...spans.map((span) => ({ spans: [span], logRecords: [] })),
    ...logRecords.map((logRecord) => ({ spans: [], logRecords: [logRecord] })),
  ]);
}

/** Some of the requests a second time, all of them in any order, put together by chance. */
function redelivered(requests: readonly Facts[], random: () => number): readonly Facts[] {
  const again = requests.filter(() => random() < 0.3);
  const batches: Facts[] = [];
  for (const request of shuffled([...requests, ...again], random)) {
    const open = batches.at(-1);
    // Equal records within one request are several; a request delivered again is a request of its own.
    if (open === undefined || request.logRecords.length > 0 || random() < 0.4) batches.push(request);
    else batches[batches.length - 1] = { spans: [...open.spans, ...request.spans], logRecords: open.logRecords };
  }
  return batches;
}

const built = (requests: readonly Facts[]): readonly BuiltSession[] =>
  buildSessions(factsOfRequests(requests.map((request) => ({ ...request, rejected: 0 }))));

/** What the sessions say, in an order that depends on nothing else. */
function contentOf(sessions: readonly BuiltSession[]): readonly string[] {
  const texts = sessions.map((session) => JSON.stringify(session, (_, value: unknown) => value));
  return texts.sort();
}

/** The same traffic of another application: other traces, other conversations where they have names, another service. */
function ofAnother(requests: readonly Facts[]): readonly Facts[] {
  const trace = <T extends string | undefined>(id: T): T =>
    (id === undefined ? id : id.replace(/^./, (digit) => (15 - parseInt(digit, 16)).toString(16))) as T;
  const rename = <Fact extends Span | LogRecord>(fact: Fact): Fact => ({
    ...fact,
    traceId: trace(fact.traceId),
    attributes: new Map([...fact.attributes].map(([key, value]) => [key, idKeys.test(key) ? otherId(value) : value])),
    resource: {
      ...fact.resource,
      attributes: new Map([...fact.resource.attributes, ["service.name", "another service"]]),
    },
  });
  return requests.map(({ spans, logRecords }) => ({ spans: spans.map(rename), logRecords: logRecords.map(rename) }));
}

const idKeys =
  /(?:session|conversation|thread|chat)_?id$|session\.id$|conversation\.id$|^metadata$|^genkit:input$|^input\.value$/i;

function otherId(value: AttributeValue): AttributeValue {
  return typeof value === "string"
    ? value.replace(/("(?:session|thread|conversation)_?id"\s*:\s*")|^(?![[{])/i, "$1other-")
    : value;
}

function shuffleTogether(a: readonly Facts[], b: readonly Facts[], random: () => number): readonly Facts[] {
  const [left, right] = [[...a], [...b]];
  const merged: Facts[] = [];
  for (let next = left.shift() ?? right.shift(); next !== undefined;) {
    merged.push(next);
    const from = random() < left.length / (left.length + right.length) ? left : right;
    next = from.shift() ?? left.shift() ?? right.shift();
  }
  return merged;
}

/** Equal records of one millisecond in several requests cannot be told from a re-delivery: their content is tested elsewhere. */
const withEqualRecords = new Set(["otel-contrib-openai", "otel-contrib-openai-bare", "otel-contrib-openai-nocontent"]);

describe.each(captureNames.filter((name) => !withEqualRecords.has(name)))("the sessions of %s", (name) => {
  const { requests } = loadCapture(name);
  const expected = contentOf(built(requests));

  it.each(seeds)("are the same in any order, split and put together anyhow, some of it twice (seed %i)", (seed) => {
    expect(contentOf(built(redelivered(singles(requests), seededRandom(seed))))).toEqual(expected);
  });

  it.each(seeds)("are the same among the same traffic of another service (seed %i)", (seed) => {
    const others = ofAnother(requests);
    const random = seededRandom(seed);
    const together = shuffleTogether(singles(requests), singles(others), random);
    expect(contentOf(built(together))).toEqual([...expected, ...contentOf(built(others))].sort());
  });
});

describe("two captures at once", () => {
  const names = captureNames.filter((name) => !withEqualRecords.has(name));
  const pairs = names.map((name, at) => [name, names[(at + 7) % names.length] ?? name] as const);

  it.each(pairs)("%s among %s: each has the sessions that it has alone", (one, other) => {
    const [a, b] = [loadCapture(one).requests, loadCapture(other).requests].map((requests, at) =>
      at === 0 ? requests : ofAnother(requests),
    );
    const together = shuffleTogether(a ?? [], b ?? [], seededRandom(3));
    expect(contentOf(built(together))).toEqual([...contentOf(built(a ?? [])), ...contentOf(built(b ?? []))].sort());
  });
});
