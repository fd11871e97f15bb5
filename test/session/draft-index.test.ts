import { describe, expect, it } from "vitest";
import { createFactsReader } from "../../src/session/facts-reader.ts";
import { createDraftIndex } from "../../src/session/draft-index.ts";
import { draftTurns } from "../../src/session/draft-turns.ts";
import { chat, tool } from "../support/conversation-spans.ts";

/** Turn 0 asks for "a", turns 1 and 2 for "b"; a trace of tools used "late", which nobody asked for, in turn 2's time. */
function drafts() {
  const asks = (turn: number, id: string) =>
    chat({ trace: turn + 1, id: turn * 2 + 1, at: turn * 10 }, [{ user: `question ${turn}` }], {
      assistant: `answer ${turn}`,
      calls: [{ id, name: "search" }],
    });
  const answers = (turn: number) =>
    chat({ trace: turn + 1, id: turn * 2 + 2, at: turn * 10 + 2 }, [{ user: `question ${turn}` }], {
      assistant: `answer ${turn}`,
    });
  const turns = ["a", "b", "b"].flatMap((id, turn) => [asks(turn, id), answers(turn)]);
  const reader = createFactsReader();
  reader.add({ spans: [...turns, tool({ trace: 9, id: 99, at: 25 }, { name: "x", id: "late" })], logRecords: [] });
  const { units, tree } = reader.read();
  return draftTurns(units, tree).drafts;
}

describe("what earlier drafts have to say", () => {
  const all = drafts();
  const signatures = all.map(({ signature }) => signature ?? "");
  const saidBy = (index: ReturnType<typeof createDraftIndex>) => ({
    isEmpty: index.isEmpty(),
    asked: ["a", "b", "c"].filter((id) => index.hasAsked(id)),
    unasked: ["a", "b", "late"].filter((id) => index.hasUnasked(id)),
    originals: signatures.map((signature) => index.originalsOf(signature)),
  });

  it.each([
    [0, { isEmpty: true, asked: [], unasked: [] }],
    [1, { isEmpty: false, asked: ["a"], unasked: [] }],
    [2, { isEmpty: false, asked: ["a", "b"], unasked: [] }],
    [3, { isEmpty: false, asked: ["a", "b"], unasked: ["late"] }],
  ] as const)("is said of the first %i of them, and no longer of others", (count, said) => {
    expect(all).toHaveLength(3);
    const index = createDraftIndex();
    for (const known of [2, 3, 0, 1, 3, count]) index.update(all.slice(0, known));
    const originals = all.map((draft, at) => (at < count ? [draft] : []));
    expect(saidBy(index)).toEqual({ ...said, originals });
  });

  it("is about others in their place when these have changed", () => {
    const [first, second, third] = all;
    const index = createDraftIndex();
    index.update(all);
    const changed = [first!, { ...second!, calls: [] }, third!];
    index.update(changed);
    const anew = createDraftIndex();
    anew.update(changed);
    expect(saidBy(index)).toEqual(saidBy(anew));
    expect(saidBy(index).originals[1]).toEqual([changed[1]]);
  });

  it("names the first of several that were answered with the same history", () => {
    const [first] = all;
    const [again, unanswered] = [{ ...first! }, { ...first! }];
    delete (unanswered as { reply?: string }).reply;
    const index = createDraftIndex();
    index.update([unanswered, first!, again]);
    expect(index.originalsOf(signatures[0]!)).toEqual([first]);
    expect(index.originalsOf(signatures[0]!)[0]).toBe(first);
    index.update([unanswered, again]);
    expect(index.originalsOf(signatures[0]!)[0]).toBe(again);
    index.update([unanswered]);
    expect(index.originalsOf(signatures[0]!)).toEqual([]);
  });
});
