import { describe, expect, it } from "vitest";
import { estimateBackfill } from "../../src/api/estimate-backfill.ts";
import type { BackfillWork, JudgingCosts } from "../../src/component/backfills.ts";

const llm = { name: "llm", version: "7", model: "m", requests: [{}] };
const unknown: JudgingCosts = { judgements: 0, bytes: 0, inputTokens: 0, outputTokens: 0 };
const costs: JudgingCosts = { judgements: 10, bytes: 20_000, inputTokens: 30_000, outputTokens: 5_000, costUsd: 0.4 };
const work: BackfillWork = { turns: 4, trajectories: 2, turnBytes: 6_000, trajectoryBytes: 9_000 };

describe("the estimate of a backfill", () => {
  it("goes by what earlier judgements used, in proportion to what was said", () => {
    const trajectories = { ...costs, judgements: 5, bytes: 9_000, costUsd: 0.1 };
    expect(estimateBackfill(llm, work, { turns: costs, trajectories })).toEqual({
      name: "llm",
      version: "7",
      turns: 4,
      trajectories: 2,
      input_tokens: 9_000 + 30_000,
      output_tokens: 2_000 + 2_000,
      cost_usd: 0.22,
      basis: "earlier_judgements",
      compared: 15,
    });
  });

  it("goes by the sizes alone where nothing was judged before, and then knows no cost", () => {
    expect(estimateBackfill(llm, work, { turns: unknown, trajectories: unknown })).toMatchObject({
      input_tokens: 2_000 + 4 * 2_000 + 3_000 + 2 * 2_000,
      output_tokens: 6 * 700,
      cost_usd: null,
      basis: "content_sizes",
      compared: 0,
    });
  });

  it("then knows what the models' prices say, of every request that a judgement takes", () => {
    const requests = [{ price: { input: 1, output: 10 } }, { price: { input: 2, output: 20 } }];
    const nothing = { turns: unknown, trajectories: unknown };
    expect(estimateBackfill({ ...llm, requests }, work, nothing)).toMatchObject({
      input_tokens: 2 * 17_000,
      output_tokens: 2 * 4_200,
      cost_usd: expect.closeTo((17_000 * 3 + 4_200 * 30) / 1_000_000, 12) as number,
      basis: "content_sizes",
    });
    expect(estimateBackfill({ ...llm, requests: [...requests, {}] }, work, nothing)).toMatchObject({ cost_usd: null });
  });

  it("is no better known than its worse part", () => {
    const mixed = estimateBackfill(llm, work, { turns: costs, trajectories: unknown });
    expect(mixed).toMatchObject({ cost_usd: null, basis: "content_sizes", compared: 10 });
    const onlyTurns = { ...work, trajectories: 0, trajectoryBytes: 0 };
    expect(estimateBackfill(llm, onlyTurns, { turns: costs, trajectories: unknown })).toMatchObject({
      cost_usd: 0.12,
      basis: "earlier_judgements",
    });
  });

  it("knows no cost that some of the earlier judgements did not tell", () => {
    const { costUsd: _, ...untold } = costs;
    const estimate = estimateBackfill(llm, work, { turns: untold, trajectories: costs });
    expect(estimate).toMatchObject({ cost_usd: null, basis: "earlier_judgements" });
  });

  it("is nothing for a judge that asks no model", () => {
    const rules = { name: "rules", version: "1" };
    expect(estimateBackfill(rules, work, { turns: costs, trajectories: costs })).toMatchObject({
      turns: 4,
      input_tokens: 0,
      output_tokens: 0,
      cost_usd: 0,
      basis: "no_model",
    });
  });
});
