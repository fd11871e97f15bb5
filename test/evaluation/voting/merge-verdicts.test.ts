import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TrajectoryVerdict, TurnVerdict } from "../../../src/evaluation/prompts/verdicts.ts";
import { trajectoryBallot, turnBallot, type Ballot } from "../../../src/evaluation/voting/merge-verdicts.ts";
import type { Score } from "../../../src/model/judgement.ts";

const scored = (score: Score, by: string) => ({ score, reasoning: `${by} says ${score}` });

/** A verdict whose texts tell whose it is. */
function turnVerdictBy(by: string, score: Score, more: { dimension?: Score; calls?: Score[]; safety?: Score } = {}) {
  const { dimension = score, calls = [], safety } = more;
  return {
    user_summary: `${by} on the user`,
    assistant_summary: `${by} on the agent`,
    tool_calls: calls.map((call) => ({ summary: `${by} on the call`, ...scored(call, by) })),
    dimensions: {
      hallucination: scored(dimension, by),
      wrong_tool_usage: scored(score, by),
      inconsistent_reasoning: scored(score, by),
      unnecessary_actions: scored(score, by),
      ...(safety === undefined ? {} : { safety: scored(safety, by) }),
    },
    evidence: [{ step: 1, quote: by }],
    ...scored(score, by),
  } satisfies TurnVerdict;
}

function trajectoryVerdictBy(by: string, score: Score, more: Partial<TrajectoryVerdict> = {}): TrajectoryVerdict {
  return {
    failures: [{ type: by, description: "x", after_turn: 1 }],
    completed: true,
    early_termination: false,
    evidence: [],
    ...scored(score, by),
    ...more,
  };
}

function merge<Verdict>(ballot: Ballot<Verdict>, [first, ...others]: readonly Verdict[]): Verdict {
  if (first === undefined) throw new Error("no verdict");
  return ballot.merge(first, others);
}

describe("turn verdicts", () => {
  it("become the majority's, with all that one which gave its score says", () => {
    const merged = merge(turnBallot, [turnVerdictBy("a", -1), turnVerdictBy("b", 1), turnVerdictBy("c", 1)]);
    expect(merged).toEqual(turnVerdictBy("b", 1));
  });

  it("have the majority of each dimension and each tool call, with the reasoning of one that gave it", () => {
    const merged = merge(turnBallot, [
      turnVerdictBy("a", 1, { dimension: -1, calls: [1, 0], safety: 1 }),
      turnVerdictBy("b", 1, { dimension: 0, calls: [-1, 0], safety: -1 }),
      turnVerdictBy("c", -1, { dimension: 0, calls: [-1, 1], safety: -1 }),
    ]);
    expect(merged.score).toBe(1);
    expect(merged.reasoning).toBe("a says 1");
    expect(merged.dimensions).toMatchObject({
      hallucination: { score: 0, reasoning: "b says 0" },
      wrong_tool_usage: { score: 1, reasoning: "a says 1" },
      safety: { score: -1, reasoning: "b says -1" },
    });
    expect(merged.tool_calls).toEqual([
      { summary: "b on the call", ...scored(-1, "b") },
      { summary: "a on the call", ...scored(0, "a") },
    ]);
  });

  const ties: [Score[], string][] = [
    [[1, -1], "[No majority in 2 trials (1 × 1, 1 × -1): neutral.] b says -1"],
    [[1, 0], "[No majority in 2 trials (1 × 1, 1 × 0): neutral.] b says 0"],
    [[-1, 0], "[No majority in 2 trials (1 × 0, 1 × -1): neutral.] b says 0"],
    [[1, 0, -1], "[No majority in 3 trials (1 × 1, 1 × 0, 1 × -1): neutral.] b says 0"],
    [[-1, 1, -1, 1], "[No majority in 4 trials (2 × 1, 2 × -1): neutral.] a says -1"],
    [[1, 1, 0, -1], "[No majority in 4 trials (2 × 1, 1 × 0, 1 × -1): neutral.] c says 0"],
  ];
  for (const [scores, reasoning] of ties) {
    it(`are neutral without a majority, and say so: ${scores.join(", ")}`, () => {
      const merged = merge(
        turnBallot,
        scores.map((score, i) => turnVerdictBy("abcd".charAt(i), score)),
      );
      expect(merged).toMatchObject({ score: 0, reasoning });
      expect(merged.dimensions.hallucination).toMatchObject({ score: 0, reasoning });
      expect(merged.evidence).toEqual([
        { step: 1, quote: reasoning.at(-"says 0".length - (reasoning.endsWith("-1") ? 3 : 2)) },
      ]);
    });
  }

  it("are not changed by more that say the same as the majority", () => {
    const verdict = fc
      .tuple(fc.constantFrom<Score>(-1, 0, 1), fc.constantFrom<Score>(-1, 0, 1))
      .map(([score, dimension]) => turnVerdictBy("x", score, { dimension }));
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1, maxLength: 5 }), (verdicts) => {
        const merged = merge(turnBallot, verdicts);
        const votes = turnBallot.votesOf(merged);
        const again = merge(turnBallot, [...verdicts, ...verdicts.map(() => merged), merged]);
        expect(turnBallot.votesOf(again)).toEqual(votes);
      }),
    );
  });

  it("vote on the turn, each dimension and each tool call", () => {
    expect(turnBallot.votesOf(turnVerdictBy("a", 1, { dimension: 0, calls: [-1, 0], safety: -1 }))).toEqual([
      1, 0, 1, 1, 1, -1, -1, 0,
    ]);
  });
});

describe("trajectory verdicts", () => {
  it("have the majority's score, completion and early end, and the failures of one that gave the score", () => {
    const merged = merge(trajectoryBallot, [
      trajectoryVerdictBy("a", 1, { completed: false }),
      trajectoryVerdictBy("b", -1, { completed: false, early_termination: true }),
      trajectoryVerdictBy("c", -1, { early_termination: true }),
    ]);
    expect(merged).toMatchObject({
      score: -1,
      reasoning: "b says -1",
      completed: false,
      early_termination: true,
      failures: [{ type: "b" }],
    });
  });

  it("claim neither completion nor an early end without a majority", () => {
    const merged = merge(trajectoryBallot, [
      trajectoryVerdictBy("a", 1, { completed: true, early_termination: true }),
      trajectoryVerdictBy("b", 1, { completed: false, early_termination: false }),
    ]);
    expect(merged).toMatchObject({ score: 1, completed: false, early_termination: false });
  });

  it("vote on the score, completion and early end", () => {
    expect(trajectoryBallot.votesOf(trajectoryVerdictBy("a", 0, { early_termination: true }))).toEqual([0, true, true]);
  });
});
