/** Answers of paid models about items of runs: kept until their scores are. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EvaluationRef, EvaluationStore, RunClaim } from "../../../src/component/evaluations.ts";
import { createRun, itemNumber, owner } from "../../support/scored-runs.ts";
import { startTestStore, type TestStore } from "../../support/sqlite-store.ts";

const answer = { json: '{"score":1}', model: "small" };
const noSpend = { inputTokens: 0, outputTokens: 0 };

let opened: TestStore;
let store: EvaluationStore;
beforeEach(async () => {
  opened = await startTestStore();
  store = opened.store.evaluations;
});
afterEach(async () => opened.destroy());

async function claimedRun(): Promise<RunClaim> {
  await createRun(store, [itemNumber(0), itemNumber(1)], ["coherence"]);
  const claim = await store.claimRun({ worker: "w", leaseMs: 60_000 });
  if (claim === undefined) throw new Error("there is no run");
  return claim;
}

const about = ({ project, id }: EvaluationRef, item: number) => ({ judge: "llm", ref: { project, id }, item });

async function keep(claim: EvaluationRef): Promise<void> {
  for (const item of [0, 1]) await store.answers.saveAnswer(about(claim, item), "key", answer);
}

const kept = async (claim: EvaluationRef) =>
  Promise.all([0, 1].map(async (item) => store.answers.readAnswer(about(claim, item), "key")));

const scored = (number: number) => ({ number, overall: 1, scores: [{ name: "coherence", value: 1 }] });

describe("answers about items of runs", () => {
  it("are kept by item and question, also when the server is started again", async () => {
    const claim = await claimedRun();
    await keep(claim);
    await opened.store.shutdown?.();
    await opened.store.start?.();
    expect(await kept(claim)).toEqual([answer, answer]);
    expect(await store.answers.readAnswer(about(claim, 0), "another key")).toBeUndefined();
    expect(await store.answers.readAnswer(about({ ...claim, project: "other" }, 0), "key")).toBeUndefined();
  });

  it("go when the item's scores are saved", async () => {
    const claim = await claimedRun();
    await keep(claim);
    expect(await store.saveScores(claim, [scored(0)], noSpend)).toBe(true);
    expect(await kept(claim)).toEqual([undefined, answer]);
  });

  it.each<[string, (claim: RunClaim) => Promise<unknown>]>([
    ["is completed", async (claim) => store.finishRun(claim, { status: "completed" })],
    ["fails", async (claim) => store.finishRun(claim, { status: "failed", error: "no" })],
    ["is cancelled", async (claim) => store.cancelRun(claim)],
  ])("go when the run %s, and none is kept of it from then on", async (_, end) => {
    const claim = await claimedRun();
    await keep(claim);
    await end(claim);
    expect(await kept(claim)).toEqual([undefined, undefined]);
    await keep(claim);
    expect(await kept(claim)).toEqual([undefined, undefined]);
  });

  it("are not kept for the run of another project", async () => {
    const claim = await claimedRun();
    await store.answers.saveAnswer(about({ ...claim, project: "other" }, 0), "key", answer);
    expect(await kept(claim)).toEqual([undefined, undefined]);
    expect(claim.project).toBe(owner);
  });
});
