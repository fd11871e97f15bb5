import { describe, expect, it } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { readFacts } from "../../src/session/read-facts.ts";
import { other } from "../support/conversation-spans.ts";

const spansRead = (spans: readonly Span[]): readonly Span[] => {
  return readFacts({ spans, logRecords: [] }).units.flatMap(({ operations }) => operations.map(({ span }) => span));
};

describe("each span counts once", () => {
  const poor = other({ id: 1, at: 0, until: 1 });
  const rich = other({ id: 1, at: 0, until: 1, more: { a: "1" } });
  const late = other({ id: 1, at: 0, until: 9 });

  it.each([
    ["the one with more attributes", [poor, rich], rich],
    ["the one with more attributes, though it ends earlier", [late, rich], rich],
    ["of equals the one that ends later", [poor, late], late],
    ["of the same the first", [poor, { ...poor }], poor],
  ])("%s", (_which, spans, kept) => {
    expect(spansRead(spans)).toEqual([kept]);
    expect(spansRead(spans.toReversed())).toEqual([kept]);
  });

  it("the same id in another trace is another span", () => {
    expect(spansRead([other({ id: 1, trace: 1, at: 0 }), other({ id: 1, trace: 2, at: 0 })])).toHaveLength(2);
  });

  it("in the order of their start, ties by their end, then always the same", () => {
    const spans = [
      other({ id: 4, at: 5 }),
      other({ id: 3, at: 1, until: 9 }),
      other({ id: 2, at: 1, until: 3 }),
      other({ id: 1, at: 1, until: 9 }),
    ];
    const ids = [spans, spans.toReversed()].map((list) => spansRead(list).map(({ spanId }) => Number(spanId)));
    expect(ids).toEqual([
      [2, 1, 3, 4],
      [2, 1, 3, 4],
    ]);
  });
});

describe("a conversation's name", () => {
  const span = other({ id: 1, at: 0, more: { "shop.chat": "mine", "session.id": "common" } });
  const nameUnder = (conversationKeys?: readonly string[]): string | undefined =>
    readFacts({ spans: [span], logRecords: [] }, conversationKeys === undefined ? {} : { conversationKeys }).units[0]
      ?.id;

  it("is under the keys that all know, or under those that were asked for", () => {
    expect(nameUnder()).toBe("common");
    expect(nameUnder(["shop.chat", "session.id"])).toBe("mine");
    expect(nameUnder(["absent"])).toBeUndefined();
  });
});
