/** How much of the turns before is looked at when a session goes on: counted, not timed. */
import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { buildTurns } from "../../src/session/build-turns.ts";
import type { BuiltTurns } from "../../src/session/build-turns.ts";
import { createSessionDigest, digestOfSession } from "../../src/session/digest.ts";
import { draftTurns } from "../../src/session/draft-turns.ts";
import type { DraftedTurns } from "../../src/session/draft-turns.ts";
import { createFactsReader } from "../../src/session/facts-reader.ts";
import { chat, tool } from "../support/conversation-spans.ts";
import type { Said } from "../support/conversation-spans.ts";
import { countReads } from "../support/count-reads.ts";

/** A builder's steps, one turn after the other: what each reads of drafts, turns and entries of the record. */
function readsOf(turns: readonly (readonly Span[])[]) {
  const reads = countReads();
  const [reader, digest] = [createFactsReader(), createSessionDigest()];
  let drafted: DraftedTurns | undefined;
  let built: BuiltTurns | undefined;
  const perTurn = turns.map((spans) => {
    reader.add({ spans, logRecords: [] });
    const { units, tree } = reader.read();
    reads.take();
    drafted = draftTurns(units, tree, drafted);
    drafted = { ...drafted, drafts: reads.watch(drafted.drafts) };
    built = watched(buildTurns(drafted, tree, false, built));
    digest.update(built.turns);
    return reads.take();
  });
  return { perTurn, turns: built?.turns ?? [], digest };

  function watched(one: BuiltTurns): BuiltTurns {
    const { filled } = one;
    const record = reads.watch(filled.record);
    const read = { ...filled.read, entries: record };
    const drafts = reads.watch(filled.drafts);
    return { ...one, turns: reads.watch(one.turns), filled: { ...filled, record, read, drafts } };
  }
}

const asksFor = (turn: number) => ({ calls: [{ id: `call ${turn}`, name: "search", arguments: { turn } }] });
const told = (turn: number) => ({ results: [{ id: `call ${turn}`, response: `result ${turn}` }] });
const question = (turn: number) => `question ${turn}`;
const exchange = (turn: number): readonly Said[] => [
  { user: question(turn) },
  asksFor(turn),
  told(turn),
  { assistant: `answer ${turn}` },
];

interface Way {
  /** The turns before of which each call is given what was said. */
  readonly given: (turn: number) => readonly number[];
  readonly toolTrace?: (turn: number) => number;
  readonly asks?: (turn: number) => string;
}

const lastOf = (count: number) => (turn: number) =>
  Array.from({ length: Math.min(turn, count) }, (_, at) => turn - Math.min(turn, count) + at);

function turnSpans(turn: number, { given, toolTrace = (own) => own + 1, asks = question }: Way): readonly Span[] {
  const asked = [...given(turn).flatMap(exchange), { user: asks(turn) }];
  const [trace, at] = [turn + 1, turn * 100];
  return [
    chat({ trace, id: turn * 3 + 1, at, until: at + 10 }, asked, asksFor(turn)),
    tool(
      { trace: toolTrace(turn), id: turn * 3 + 2, at: at + 20, until: at + 30 },
      { name: "search", id: `call ${turn}` },
    ),
    chat({ trace, id: turn * 3 + 3, at: at + 40, until: at + 50 }, [...asked, asksFor(turn), told(turn)], {
      assistant: `answer ${turn}`,
    }),
  ];
}

const ways: readonly (readonly [string, Way])[] = [
  ["sends the last messages", { given: lastOf(3) }],
  ["sends all that was said", { given: lastOf(1000) }],
  ["sends nothing of what was said", { given: lastOf(0) }],
  ["is asked the same again and again", { given: lastOf(0), asks: () => "again" }],
  ["is asked everything twice", { given: lastOf(0), asks: (turn) => question(Math.floor(turn / 2)) }],
  ["had turns of which no spans came", { given: (turn) => [-3, -2, -1, ...lastOf(1000)(turn)] }],
  [
    "was asked once in other words",
    { given: lastOf(1000), asks: (turn) => (turn === 2 ? "other words" : question(turn)) },
  ],
  ["has its tools in traces of their own", { given: lastOf(3), toolTrace: (turn) => turn + 5001 }],
];

describe.each(ways)("a new turn of an agent that %s", (_, way) => {
  it("looks at as many turns of a long session as of a short one", () => {
    const spans = Array.from({ length: 120 }, (_turn, turn) => turnSpans(turn, way));
    const { perTurn, turns, digest } = readsOf(spans);
    expect(turns.length).toBeGreaterThanOrEqual(120);
    expect(perTurn.at(-1)).toBe(perTurn[19]);
    expect(digest.update(turns)).toBe(digestOfSession(turns));
  });
});

describe("the digest of a session", () => {
  const turns = Array.from({ length: 9 }, (_, at) => ({ digest: `${at}` }));
  const other = { digest: "other" };
  type Turns = Parameters<typeof digestOfSession>[0];

  it("is the same, whatever it was of before", () => {
    const digest = createSessionDigest();
    const lists = [
      turns.slice(0, 3),
      turns.slice(0, 5),
      turns,
      [...turns.slice(0, 8), other],
      turns.slice(0, 2),
      [other, ...turns],
      [],
      turns,
    ] as readonly unknown[] as readonly Turns[];
    for (const list of lists) expect(digest.update(list)).toBe(digestOfSession(list));
    expect(new Set(lists.map(digestOfSession)).size).toBe(7);
  });
});
