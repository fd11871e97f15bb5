/** What an application sends of a conversation, put together to what it has on record. */
import { describe, expect, it } from "vitest";
import { buildSession } from "../../src/session/build-session.ts";
import { builtOneByOne } from "../support/built-one-by-one.ts";
import { chat } from "../support/conversation-spans.ts";
import type { Said } from "../support/conversation-spans.ts";
import { seededRandom, shuffled } from "../support/seeded-random.ts";

/** Eight turns, of each the last `size` messages; of the answers of those in `silent` only the later history tells. */
function windowed(size: number, silent: readonly number[], question = (turn: number) => `q${turn}`) {
  const said: Said[] = [];
  return Array.from({ length: 8 }, (_, turn) => {
    said.push({ user: question(turn) });
    const span = chat(
      { trace: turn + 1, id: turn + 1, at: turn * 10, more: { "session.id": "s" } },
      said.slice(-size),
      silent.includes(turn) ? undefined : { assistant: `a${turn}` },
    );
    said.push({ assistant: `a${turn}` });
    return span;
  });
}

const repliesOf = (spans: ReturnType<typeof windowed>) =>
  buildSession({ spans, logRecords: [] }, { conversationId: "s" }).session.turns.map(
    ({ assistantContent }) => assistantContent,
  );
const all = Array.from({ length: 8 }, (_, turn) => `a${turn}`);

describe("an application that sends only the last messages", () => {
  it.each([3, 4, 5, 6, 7])("of %i messages: a lost answer is in the next ones", (size) => {
    expect(repliesOf(windowed(size, [1, 4, 6]))).toEqual(all);
  });

  it("so few that they have nothing in common: each turn is one, and a lost answer stays lost", () => {
    expect(repliesOf(windowed(2, [4]))).toEqual([...all].map((answer) => (answer === "a4" ? undefined : answer)));
    expect(repliesOf(windowed(1, []))).toEqual(all);
  });

  it("the same questions again and again are no turns of their own, and nothing is made up", () => {
    const again = windowed(4, [4], (turn) => (turn % 2 === 0 ? "and now?" : "really?"));
    expect(repliesOf(again)).toEqual(all);
  });

  it.each([1, 2, 3])("is read the same in whatever order its spans come (seed %i)", (seed) => {
    const spans = windowed(5, [2, 5]);
    expect(builtOneByOne(shuffled(spans, seededRandom(seed)), "s")).toEqual(builtOneByOne(spans, "s"));
  });

  it("does not put together what has nothing in common: another agent's history", () => {
    const other = chat(
      { trace: 99, id: 99, at: 95, more: { "session.id": "s" } },
      [{ user: "x" }, { assistant: "y" }, { user: "z" }],
      { assistant: "w" },
    );
    const turns = buildSession({ spans: [...windowed(5, []), other], logRecords: [] }, { conversationId: "s" }).session
      .turns;
    expect(turns.map(({ userContent }) => userContent).slice(0, 8)).toEqual(
      Array.from({ length: 8 }, (_, turn) => `q${turn}`),
    );
    expect(turns.at(-1)).toMatchObject({ userContent: "z", inferred: false });
    expect(turns).toHaveLength(9);
  });
});
