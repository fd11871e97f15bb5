import { describe, expect, it } from "vitest";
import { calibrate, majorityOf } from "../../src/evaluation/calibration.ts";
import type { Score } from "../../src/model/judgement.ts";
import type { LabelledTarget } from "../../src/model/label.ts";

const target = (
  labels: Readonly<Record<string, Score>>,
  judged: Readonly<Record<string, Score>> = {},
  more: Partial<LabelledTarget> = {},
): LabelledTarget => ({
  kind: "turn",
  labels: Object.entries(labels).map(([labeller, score]) => ({ labeller, score })),
  judged: Object.entries(judged).map(([key, score]) => {
    const [judge = "", version = ""] = key.split(" ");
    return { judge, version, score };
  }),
  ...more,
});

describe("the majority of labels", () => {
  it.each<[Score[], Score | undefined]>([
    [[-1], -1],
    [[1, 1, -1], 1],
    [[0, 0], 0],
    [[-1, 1], undefined],
    [[-1, 0, 1], undefined],
    [[-1, -1, 0, 1], undefined],
    [[], undefined],
  ])("of %j is %j", (labels, expected) => {
    expect(majorityOf(labels)).toBe(expected);
  });
});

describe("calibration", () => {
  it("compares each version of each judge with people, by kind and by dimension", () => {
    const { versions } = calibrate([
      target({ ann: -1 }, { "rules 1": -1, "rules 2": 1, "llm 7": 0 }),
      target({ ann: 1 }, { "rules 1": 1 }),
      target({ ann: 1 }, { "rules 1": 0 }, { kind: "trajectory" }),
      target({ ann: 1 }, { "rules 1": 1 }, { dimension: "safety" }),
      target({ ann: 1 }, { "rules 1": 1 }, { kind: "tool_call" }),
      target({ ann: 1 }),
    ]);
    const told = versions.map(({ judge, version, kinds }) => [
      `${judge} ${version}`,
      kinds.map(({ kind, dimension, n, raw }) => [dimension ?? kind, n, raw]),
    ]);
    expect(told).toEqual([
      [
        "rules 1",
        [
          ["turn", 2, 1],
          ["safety", 1, 1],
          ["tool_call", 1, 1],
          ["trajectory", 1, 0],
        ],
      ],
      ["rules 2", [["turn", 1, 0]]],
      ["llm 7", [["turn", 1, 0]]],
    ]);
  });

  it("takes what most people say, and leaves out where there is no such thing", () => {
    const { versions } = calibrate([
      target({ ann: -1, bob: -1, eve: 1 }, { "rules 1": -1 }),
      target({ ann: -1, bob: 1 }, { "rules 1": -1 }),
    ]);
    expect(versions).toMatchObject([{ kinds: [{ n: 1, raw: 1 }] }]);
  });

  it("compares people where two said something of the same, each pair once", () => {
    const { people } = calibrate([
      target({ bob: 1, ann: -1 }),
      target({ ann: 0, bob: 0, eve: 0 }),
      target({ ann: 1 }),
      target({ ann: 1, bob: 1 }, {}, { kind: "trajectory" }),
    ]);
    expect(people.map(({ kind, n, raw }) => [kind, n, raw])).toEqual([
      ["turn", 4, 0.75],
      ["trajectory", 1, 1],
    ]);
    expect(people[0]?.confusion).toEqual([
      [0, 0, 1],
      [0, 3, 0],
      [0, 0, 0],
    ]);
  });

  it("takes no longer for many people than for as many labels", () => {
    const many = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, at): [string, Score] => [`p${at}`, at % 2 === 0 ? 1 : 0]),
    );
    const [{ n, raw } = { n: 0, raw: 0 }] = calibrate([target(many)]).people;
    expect(n).toBe((20_000 * 19_999) / 2);
    expect(raw).toBeCloseTo((2 * 10_000 * 9_999) / (20_000 * 19_999), 12);
  });

  it("says nothing of nothing", () => {
    expect(calibrate([])).toEqual({ versions: [], people: [] });
  });
});
