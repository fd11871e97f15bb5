import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { LogRecord, Span } from "../../src/model/span.ts";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { buildSession, createSessionBuilder } from "../../src/session/build-session.ts";
import type { SessionBuild } from "../../src/session/build-session.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import type { SpanFacts } from "../../src/session/span-facts.ts";
import { captureNames, loadCapture } from "../support/captures.ts";
import { chat, tool } from "../support/conversation-spans.ts";
import { seededRandom, shuffled } from "../support/seeded-random.ts";

/** As many seeds for every capture; more of them by hand. */
const seeds = Array.from({ length: Number(process.env["TURNWISE_TEST_SEEDS"] ?? 1) }, (_, at) => at + 1);

type Fact = { readonly span: Span } | { readonly logRecord: LogRecord };

/** Single spans and log records; those of one call keep their order, which nothing but their arrival may tell. */
function factsOf(name: string): readonly Fact[] {
  const { spans, logRecords } = factsOfRequests(loadCapture(name).requests);
  return [...spans.map((span) => ({ span })), ...logRecords.map((logRecord) => ({ logRecord }))];
}

function toSpanFacts(facts: readonly Fact[]): SpanFacts {
  return {
    spans: facts.flatMap((fact) => ("span" in fact ? [fact.span] : [])),
    logRecords: facts.flatMap((fact) => ("logRecord" in fact ? [fact.logRecord] : [])),
  };
}

/** Cuts a list into batches of about `size`. */
function batchesOf(facts: readonly Fact[], size: number, random: () => number): readonly (readonly Fact[])[] {
  const batches: Fact[][] = [[]];
  for (const fact of facts) {
    if (random() < 1 / size) batches.push([]);
    batches.at(-1)?.push(fact);
  }
  return batches;
}

const comparable = ({ session, links }: Pick<SessionBuild, "session" | "links">) => ({
  session,
  links: new Set(links),
});

/** The builds after every batch that differ from what building all at once gives; most are not looked at but the last. */
function differences(facts: readonly Fact[], batchSize: number, random: () => number, conversationId?: string) {
  const options = conversationId === undefined ? {} : { conversationId };
  const builder = createSessionBuilder();
  const seen: Fact[] = [];
  return batchesOf(facts, batchSize, random).flatMap((batch) => {
    seen.push(...batch);
    builder.add(toSpanFacts(batch));
    const built = comparable(builder.build(conversationId));
    if (seen.length < facts.length && random() > 0.2) return [];
    const whole = comparable(buildSession(toSpanFacts(seen), options));
    return isDeepStrictEqual(built, whole) ? [] : [{ built, whole }];
  });
}

describe.each(captureNames)("the session of %s, built again and again as its facts arrive,", (name) => {
  const facts = factsOf(name);
  const [first] = buildSessions(toSpanFacts(facts));

  it.each(seeds)("is the one built of all at once, whatever the order and the batches (seed %i)", (seed) => {
    const random = seededRandom(seed);
    expect(differences(shuffled(facts, random), 8, random, first?.conversationId)).toEqual([]);
  });

  it("is the one built of all at once, span by span in the order of time", () => {
    const start = (fact: Fact): bigint => ("span" in fact ? fact.span.startTimeUnixNano : fact.logRecord.timeUnixNano);
    const inOrder = [...facts].sort((a, b) => (start(a) < start(b) ? -1 : start(a) > start(b) ? 1 : 0));
    expect(differences(inOrder, 3, seededRandom(1), first?.conversationId)).toEqual([]);
  });
});

describe("building again", () => {
  const user = (text: string) => ({ user: text });
  const says = (turn: number) => ({ assistant: `answer ${turn}` });
  const turn = (at: number, texts = `question ${at}`) =>
    chat({ id: at, trace: at, at: at * 10 }, [{ user: texts }], says(at));
  const all = Array.from({ length: 50 }, (_, at) => turn(at + 1));

  it("gives the same objects for the turns of which nothing has changed", () => {
    const builder = createSessionBuilder();
    builder.add({ spans: all.slice(0, 49), logRecords: [] });
    const before = builder.build().session.turns;
    builder.add({ spans: all.slice(49), logRecords: [] });
    const after = builder.build().session.turns;
    expect(after).toHaveLength(50);
    expect(after.slice(0, 49).every((one, at) => one === before[at])).toBe(true);
  });

  it("gives the same objects in one long trace, too, each part of which is a turn's", () => {
    const turns = Array.from({ length: 50 }, (_, at) => [
      chat({ id: at * 3 + 1, at: at * 10 }, [user(`question ${at}`)], { calls: [{ id: `c${at}`, name: "search" }] }),
      tool({ id: at * 3 + 2, at: at * 10 + 2, until: at * 10 + 5 }, { name: "search", id: `c${at}`, result: at }),
      chat({ id: at * 3 + 3, parent: at * 3 + 2, at: at * 10 + 3 }, [user("within")], says(at)),
    ]);
    const builder = createSessionBuilder();
    builder.add({ spans: turns.slice(0, 49).flat(), logRecords: [] });
    const before = builder.build().session.turns;
    builder.add({ spans: turns.slice(49).flat(), logRecords: [] });
    const after = builder.build().session.turns;
    expect([before.length, after.length]).toEqual([49, 50]);
    expect(after.flatMap((one, at) => (one === before[at] ? [] : [one.turn]))).toEqual([50]);
    // What a tool did of its own is a part of its turn.
    builder.add({ spans: [chat({ id: 999, parent: 20, at: 64 }, [user("late")], says(6))], logRecords: [] });
    const late = builder.build().session.turns;
    expect(late.flatMap((one, at) => (one === after[at] ? [] : [one.turn]))).toEqual([7]);
  });

  it("gives another object for a turn of which something has changed, and for no other", () => {
    const builder = createSessionBuilder();
    builder.add({ spans: all, logRecords: [] });
    const before = builder.build().session.turns;
    builder.add({ spans: [{ ...all[6]!, endTimeUnixNano: all[6]!.endTimeUnixNano + 1_000_000n }], logRecords: [] });
    const after = builder.build().session.turns;
    expect(after.flatMap((one, at) => (one === before[at] ? [] : [one.turn]))).toEqual([7]);
  });
});
