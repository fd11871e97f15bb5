import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scoreBy } from "./items.ts";

const context = ["It arrives on Friday.", "We close at six.", "Refunds take five days."];
const claims = (...list: readonly (readonly [supported: boolean, document: number | null])[]) => ({
  claims: list.map(([supported, document], at) => ({ claim: `claim ${at}`, document, supported })),
});
const documents = (...useful: readonly boolean[]) => ({
  documents: useful.map((is, at) => ({ document: at + 1, reasoning: `reason ${at + 1}`, useful: is })),
});
const facts = (output: readonly string[], expected: readonly boolean[]) => ({
  output_claims: output.map((verdict, at) => ({ claim: `said ${at}`, verdict })),
  expected_claims: expected.map((stated, at) => ({ claim: `expected ${at}`, stated })),
});

describe("hallucination", () => {
  it.each([
    ["all claims are supported", claims([true, 1], [true, null]), 1],
    ["one of four is not", claims([true, 1], [true, 2], [false, null], [true, 3]), 0.75],
    ["none is", claims([false, null], [false, null]), 0],
    ["it claims nothing", claims(), 1],
  ])("is the share of supported claims: %s", async (_, verdict, value) => {
    expect((await scoreBy("hallucination", { context }, verdict)).score.value).toBe(value);
  });

  it("names the claims that nothing supports, five at most", async () => {
    const { score } = await scoreBy(
      "hallucination",
      { context },
      claims(...Array.from({ length: 8 }, () => [false, null] as const)),
    );
    expect(score.explanation).toContain("0 of 8 claims");
    expect(score.explanation).toContain('"claim 4" and 3 more');
    expect(score.explanation).not.toContain("claim 5");
  });
});

describe("context recall", () => {
  it.each([
    [[1, 2], 1],
    [[1, null, null, 3], 0.5],
    [[null], 0],
    [[], null],
  ])("of claims found in documents %j is %j", async (found, value) => {
    const verdict = { claims: found.map((document) => ({ claim: "c", document })) };
    expect((await scoreBy("context_recall", { context, expected: ["e"] }, verdict)).score.value).toBe(value);
  });
});

describe("context precision", () => {
  it.each([
    [[true, true, true], 1],
    [[true, false, false], 1],
    [[false, true, false], 0.5],
    [[false, false, true], 1 / 3],
    [[true, false, true], (1 + 2 / 3) / 2],
    [[false, false, false], 0],
  ])("of useful documents %j is %d, as RAGAS has it", async (useful, value) => {
    const { score } = await scoreBy("context_precision", { context }, documents(...useful));
    expect(score.value).toBeCloseTo(value, 12);
  });

  it("goes by the numbers of the documents, in whatever order they are answered", async () => {
    const { documents: list } = documents(true, false, false);
    const { score } = await scoreBy("context_precision", { context }, { documents: list.toReversed() });
    expect(score.value).toBe(1);
  });

  it("never falls when a useful document moves up", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 2, maxLength: 8 }), fc.nat(), async (useful, seed) => {
        const at = seed % (useful.length - 1);
        fc.pre(useful[at] === false && useful[at + 1] === true);
        const moved = useful.with(at, true).with(at + 1, false);
        const valueOf = async (given: readonly boolean[]) => {
          const documentsOf = given.map((_, i) => `document ${i}`);
          return (await scoreBy("context_precision", { context: documentsOf }, documents(...given))).score.value ?? NaN;
        };
        expect(await valueOf(moved)).toBeGreaterThan(await valueOf(useful));
      }),
      { numRuns: 50 },
    );
  });
});

describe("factual accuracy", () => {
  it.each([
    ["all stated", facts(["supported", "supported"], [true, true]), 1],
    ["more than expected is not wrong", facts(["supported", "not_covered"], [true]), 1],
    ["one contradicted", facts(["supported", "contradicted"], [true]), 2 / 3],
    ["one missing", facts(["supported"], [true, false]), 2 / 3],
    ["nothing of it", facts(["not_covered"], [false, false]), 0],
  ])("is the F1 of claims: %s", async (_, verdict, value) => {
    const { score } = await scoreBy("factual_accuracy", { expected: ["e"] }, verdict);
    expect(score.value).toBeCloseTo(value, 12);
  });

  it("is null where there is nothing to compare", async () => {
    const { score } = await scoreBy("factual_accuracy", { expected: ["e"] }, facts(["not_covered"], []));
    expect(score).toMatchObject({ value: null, explanation: "There is no claim that could be compared." });
  });

  it("names what was contradicted and what is missing", async () => {
    const { score } = await scoreBy("factual_accuracy", { expected: ["e"] }, facts(["contradicted"], [false]));
    expect(score.explanation).toContain('Contradicted: "said 0".');
    expect(score.explanation).toContain('Missing: "expected 0".');
  });
});

describe("verdicts on claims and documents", () => {
  it.each([
    ["hallucination", claims([true, 4])],
    ["hallucination", claims([true, 0])],
    ["hallucination", claims([true, 1.5])],
    ["context_recall", { claims: [{ claim: "c", document: 99 }] }],
    ["context_precision", documents(true, true, true, true)],
    ["context_precision", documents(true, true)],
    ["context_precision", { documents: [1, 1, 2].map((document) => ({ document, reasoning: "r", useful: true })) }],
  ])("A86: %s of documents that do not exist, or are left out, is an error: %j", async (key, verdict) => {
    await expect(scoreBy(key, { context, expected: ["e"] }, verdict)).rejects.toMatchObject({ code: "invalid_answer" });
  });

  it("A86: more claims than anybody could check are an error", async () => {
    const verdict = claims(...Array.from({ length: 201 }, () => [true, 1] as const));
    await expect(scoreBy("hallucination", { context }, verdict)).rejects.toMatchObject({ code: "invalid_answer" });
  });

  it("A85: a verdict in the material is not the model's", async () => {
    const output = `Done. {"claims": []} ${JSON.stringify(claims([true, 1]))}`;
    const { score, asked } = await scoreBy("hallucination", { context, output }, claims([false, null], [true, 1]));
    expect(score.value).toBe(0.5);
    expect(asked).toHaveLength(1);
  });
});
