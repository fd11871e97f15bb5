import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { EvaluationStore } from "../../src/component/evaluations.ts";
import type { AskMetricModel, ItemMetric } from "../../src/evaluation/item-metrics/item-metric.ts";
import { JudgeError } from "../../src/model/errors.ts";
import { RunFailedError } from "../../src/service/patient-ask.ts";
import { type RunPipeline, type RunPipelineOptions, startRunPipeline } from "../../src/service/run-pipeline.ts";
import type { RunModel } from "../../src/service/score-run.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { createRun, itemNumber, owner, readRunItems, waitForRun } from "../support/scored-runs.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { startTestStore, type TestStore } from "../support/sqlite-store.ts";

let opened: TestStore;
let store: EvaluationStore;
const pipelines: RunPipeline[] = [];

beforeEach(async () => {
  opened = await startTestStore();
  store = opened.store.evaluations;
});
afterEach(async () => {
  await Promise.all(pipelines.splice(0).map(async (pipeline) => pipeline.stop()));
  await opened.destroy();
});

const metric = (key: string, score: ItemMetric["score"], fields: Partial<ItemMetric> = {}): ItemMetric => ({
  key,
  version: "1",
  displayName: key,
  definition: key,
  category: "heuristic",
  requires: [],
  asksModel: false,
  score,
  ...fields,
});

const half = metric("half", async () => ({ name: "half", value: 0.5 }));
const full = metric("full", async () => ({ name: "full", value: 1 }));
const asking = metric(
  "asking",
  async ({ input }, { ask, signal }) => {
    if (ask === undefined) throw new Error("there is nobody to ask");
    const { value } = await ask({ ...question, user: input }, signal);
    return { name: "asking", value };
  },
  { asksModel: true },
);
const question = {
  system: "score it",
  user: "",
  schema: z.number(),
  schemaName: "score",
  maxOutputTokens: 100,
  version: "1",
  nonce: "",
};

const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 };

/** A model that is asked by `answer`, and that says what each answer took. */
function modelOf(answer: (prompt: string, signal: AbortSignal) => Promise<number>, isOwnKey = false): RunModel {
  return {
    maxInputTokens: 1000,
    isOwnKey,
    ask: (_, onSpent): AskMetricModel => {
      return async ({ user, schema }, signal) => {
        const value = schema.parse(await answer(user, signal));
        onSpent({ usage, costUsd: 0.25 });
        return { value, usage };
      };
    },
  };
}

function startPipeline(options: Partial<RunPipelineOptions> = {}) {
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  const ended: string[] = [];
  const pipeline = startRunPipeline({
    store,
    metrics: [half, full, asking],
    modelOf: async () => undefined,
    concurrency: 4,
    logger,
    telemetry,
    onEnded: ({ id }) => void ended.push(id),
    ...options,
  });
  pipelines.push(pipeline);
  return { pipeline, logger, telemetry, ended };
}

async function tokensOfMonth(): Promise<number> {
  const month = new Date().toISOString().slice(0, 7);
  return (await store.countUse(owner, { month, evaluations: 0, tokens: 0 })).tokens;
}

const items = (count: number) => Array.from({ length: count }, (_, number) => itemNumber(number));

describe("the run pipeline", () => {
  it("scores every item of a run once, and says what it came to", async () => {
    const run = await createRun(store, items(1234), ["half", "full"]);
    const { telemetry, ended } = startPipeline();
    expect(await waitForRun(store, run)).toMatchObject({
      status: "completed",
      totalItems: 1234,
      evaluatedItems: 1234,
      failedItems: 0,
      overallScore: 0.75,
      metrics: [
        { key: "half", mean: 0.5, scored: 1234, belowThreshold: 1234 },
        { key: "full", mean: 1, scored: 1234, belowThreshold: 0 },
      ],
    });
    expect(await readRunItems(store, run)).toHaveLength(1234);
    expect(ended).toEqual([run.id]);
    expect(telemetry.show()).toContain("turnwise_run_items_scored 1234\n");
    expect(telemetry.show()).toContain('turnwise_runs_ended{status="completed"} 1\n');
  });

  it("begins with a run that comes later as soon as it is woken", async () => {
    const { pipeline } = startPipeline();
    await sleep(50);
    const run = await createRun(store, items(3), ["full"]);
    pipeline.wake();
    expect(await waitForRun(store, run, undefined, 1500)).toMatchObject({ status: "completed" });
  });

  it("scores several runs side by side, so that a small one need not wait for a large one", async () => {
    const slow = metric("half", async () => {
      const until = performance.now() + 1;
      while (performance.now() < until);
      return { name: "half", value: 0.5 };
    });
    const large = await createRun(store, items(3000), ["half"]);
    const { pipeline } = startPipeline({ metrics: [slow, full] });
    await waitForRun(store, large, ({ evaluatedItems }) => evaluatedItems > 0);
    const small = await createRun(store, items(20), ["half"]);
    pipeline.wake();
    await waitForRun(store, small);
    const { status, evaluatedItems } = await waitForRun(store, large, () => true);
    expect(status).toBe("running");
    expect(evaluatedItems).toBeLessThan(3000);
  });

  it("stops scoring within a second of being cancelled, and keeps what it has", async () => {
    const slow = metric("half", async () => {
      await sleep(5);
      return { name: "half", value: 0.5 };
    });
    const run = await createRun(store, items(5000), ["half"]);
    const { telemetry, ended } = startPipeline({ metrics: [slow] });
    await waitForRun(store, run, ({ evaluatedItems }) => evaluatedItems > 0);
    const cancelled = await store.cancelRun(run);
    await sleep(1000);
    expect(telemetry.show()).toContain("turnwise_runs_in_work 0\n");
    const after = await store.getRun(run);
    expect(after).toMatchObject({ status: "cancelled", evaluatedItems: cancelled?.evaluatedItems });
    expect((await readRunItems(store, run)).filter(({ scored }) => scored !== undefined)).toHaveLength(
      after?.evaluatedItems ?? 0,
    );
    expect(ended).toEqual([run.id]);
  });

  it("notices that a run was cancelled also while it waits for its model", async () => {
    const run = await createRun(store, items(2), ["asking"]);
    let aborted = false;
    const waits = modelOf(async (_, signal) => {
      signal.addEventListener("abort", () => (aborted = true));
      await sleep(60_000, undefined, { signal });
      return 1;
    });
    startPipeline({ modelOf: async () => waits });
    await waitForRun(store, run, ({ status }) => status === "running");
    await store.cancelRun(run);
    await expect.poll(() => aborted, { timeout: 1000 }).toBe(true);
  });

  it.each([
    ["that ask no model", owner, ["half"], 3],
    ["of another project", "another", ["asking"], 2],
  ])("has places for runs %s while others wait for their model", async (_, project, metrics, runsOfProject) => {
    const waits = modelOf(async (prompt, signal) => {
      if (prompt.endsWith("waits")) await sleep(60_000, undefined, { signal });
      return 1;
    });
    for (let number = 0; number < 3; number += 1)
      await createRun(store, [itemNumber(0, { input: "waits" })], ["asking"], { name: `${number}` });
    const run = await createRun(store, items(3), metrics, { project });
    startPipeline({ modelOf: async () => waits, runs: 3, runsOfProject });
    expect(await waitForRun(store, run, undefined, 3000)).toMatchObject({ status: "completed" });
  });

  it("takes the runs of a project that had none of its places as these become free", async () => {
    const runs = [];
    for (let number = 0; number < 5; number += 1) runs.push(await createRun(store, items(2), ["half"]));
    startPipeline({ runs: 2, runsOfProject: 1 });
    for (const run of runs)
      expect(await waitForRun(store, run, undefined, 3000)).toMatchObject({ status: "completed" });
  });

  it("counts what was asked about an item also when it is stopped before all is answered", async () => {
    const other = { ...asking, key: "other" };
    const run = await createRun(store, items(1), ["asking", "other"]);
    let asked = 0;
    const model = modelOf(async (_, signal) => {
      asked += 1;
      if (asked === 2) await sleep(60_000, undefined, { signal });
      return 1;
    });
    const { pipeline } = startPipeline({ metrics: [asking, other], modelOf: async () => model });
    await expect.poll(() => asked).toBe(2);
    await pipeline.stop();
    expect(await store.getRun(run)).toMatchObject({
      status: "queued",
      evaluatedItems: 0,
      usage: { inputTokens: 10, outputTokens: 5 },
    });
    expect(await tokensOfMonth()).toBe(15);
  });

  it("counts what was asked for a run that is cancelled meanwhile against the month, though the run has ended", async () => {
    const run = await createRun(store, items(1), ["asking"]);
    const model = modelOf(async () => {
      await store.cancelRun(run);
      return 1;
    });
    startPipeline({ modelOf: async () => model });
    await waitForRun(store, run);
    await expect.poll(tokensOfMonth).toBe(15);
    expect(await store.getRun(run)).toMatchObject({ status: "cancelled", evaluatedItems: 0 });
  });

  it("goes on where it was stopped, and scores nothing twice", async () => {
    const scored: string[] = [];
    const noting = metric("half", async ({ key }) => {
      await sleep(2);
      scored.push(key);
      return { name: "half", value: 0.5 };
    });
    const run = await createRun(store, items(1000), ["half"]);
    const { pipeline } = startPipeline({ metrics: [noting] });
    await waitForRun(store, run, (now) => now.evaluatedItems > 0);
    await pipeline.stop();
    await pipeline.stop();
    expect(await store.getRun(run)).toMatchObject({ status: "queued" });
    startPipeline({ metrics: [noting] });
    await waitForRun(store, run);
    expect(new Set(scored).size).toBe(1000);
    // What the two workers had in hand when it was stopped is scored again, and no more.
    expect(scored.length - 1000).toBeLessThanOrEqual(2 * 200);
    expect(await store.getRun(run)).toMatchObject({ status: "completed", evaluatedItems: 1000 });
  });

  it("knows what a run cost only where all of it is known", async () => {
    const run = await createRun(store, items(2), ["asking"]);
    let answered = 0;
    const model: RunModel = {
      ...modelOf(async () => 1),
      ask:
        (_, onSpent) =>
        async ({ schema }) => {
          answered += 1;
          onSpent({ usage, costUsd: answered === 1 ? 0.25 : undefined });
          return { value: schema.parse(1), usage };
        },
    };
    startPipeline({ modelOf: async () => model });
    expect((await waitForRun(store, run)).usage).toEqual({ inputTokens: 20, outputTokens: 10 });
  });

  it("saves at once what a model was asked about, with what that took", async () => {
    const run = await createRun(store, items(6), ["asking"]);
    let asked = 0;
    const model = modelOf(async (prompt, signal) => {
      asked += 1;
      if (asked > 3) await sleep(60_000, undefined, { signal });
      return Number(prompt.split(" ").at(-1)) / 10;
    });
    const { pipeline } = startPipeline({ modelOf: async () => model, concurrency: 1 });
    const { usage: known } = await waitForRun(store, run, ({ evaluatedItems }) => evaluatedItems === 3);
    expect(known).toEqual({ inputTokens: 30, outputTokens: 15, costUsd: 0.75 });
    await pipeline.stop();
    const found = await readRunItems(store, run);
    expect(found.map(({ scored }) => scored?.scores[0]?.value)).toEqual([0, 0.1, 0.2, undefined, undefined, undefined]);
  });

  it("has no more items in work than it may", async () => {
    const run = await createRun(store, items(20), ["asking"]);
    let [now, most] = [0, 0];
    const model = modelOf(async () => {
      now += 1;
      most = Math.max(most, now);
      await sleep(5);
      now -= 1;
      return 1;
    });
    startPipeline({ modelOf: async () => model, concurrency: 3 });
    await waitForRun(store, run);
    expect(most).toBe(3);
  });

  it("asks many questions at a time without a warning of leaks", async () => {
    const warnings: string[] = [];
    const note = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", note);
    const run = await createRun(store, items(30), ["asking"]);
    const model = modelOf(async (_, signal) => {
      await sleep(20, undefined, { signal });
      return 1;
    });
    startPipeline({ modelOf: async () => model, concurrency: 30 });
    await waitForRun(store, run);
    process.off("warning", note);
    expect(warnings).toEqual([]);
  });

  it.each([
    ["of the configured key", false, 45],
    ["not of the sender's own", true, 0],
  ])("counts the tokens %s for the month", async (_, isOwnKey, counted) => {
    const run = await createRun(store, items(3), ["asking"]);
    startPipeline({ modelOf: async () => modelOf(async () => 1, isOwnKey) });
    expect(await waitForRun(store, run)).toMatchObject({ usage: { inputTokens: 30, outputTokens: 15 } });
    const month = new Date().toISOString().slice(0, 7);
    await expect
      .poll(async () => store.countUse(owner, { month, evaluations: 0, tokens: 0 }))
      .toEqual({ evaluations: 0, tokens: counted });
  });

  it("stores what a metric could not score as an error, which is no score, and goes on", async () => {
    const run = await createRun(store, items(4), ["full", "asking"]);
    const model = modelOf(async (prompt) => {
      if (prompt.endsWith("2")) throw new JudgeError("refused", "it will not", { retryable: false });
      return 0.5;
    });
    const { telemetry } = startPipeline({ modelOf: async () => model });
    expect(await waitForRun(store, run)).toMatchObject({ status: "completed", evaluatedItems: 4, failedItems: 1 });
    const found = await readRunItems(store, run);
    expect(found.map(({ scored }) => scored?.overall)).toEqual([0.75, 0.75, 1, 0.75]);
    expect(found[2]?.scored?.scores[1]).toMatchObject({ value: null, error: "refused", explanation: "it will not" });
    expect(telemetry.show()).toContain('turnwise_run_score_failures{code="refused"} 1\n');
  });

  it("stores an item of which a metric fails in a way that nobody foresaw as failed", async () => {
    const broken = metric("half", async ({ key }) => {
      if (key === "item-1") throw new TypeError("oops");
      return { name: "half", value: 0.5 };
    });
    const run = await createRun(store, items(3), ["half"]);
    const { logger } = startPipeline({ metrics: [broken] });
    expect(await waitForRun(store, run)).toMatchObject({ status: "completed", failedItems: 1, overallScore: 0.5 });
    expect(logger.lines).toMatchObject([{ level: "error", message: "a metric failed unexpectedly" }]);
  });

  it.each([
    ["whose metric is not known here", ["nobody"], undefined, 'there is no metric "nobody" here'],
    ["that asks a model where there is none", ["asking"], undefined, /ask a model, and none is configured/],
    [
      "whose model cannot be asked at all",
      ["full", "asking"],
      modelOf(async () => Promise.reject(new RunFailedError("no credit"))),
      "no credit",
    ],
  ])("ends a run %s, and says why", async (_, metrics, model, error) => {
    const run = await createRun(store, items(30), metrics);
    const { telemetry, ended } = startPipeline({ modelOf: async () => model });
    const failed = await waitForRun(store, run);
    expect(failed).toMatchObject({ status: "failed", error: expect.stringMatching(error) as string });
    await expect.poll(() => ended).toEqual([run.id]);
    expect(telemetry.show()).toContain('turnwise_runs_ended{status="failed"} 1\n');
  });

  it("ends everything of a run at once when its model cannot be asked, also what waits", async () => {
    const run = await createRun(store, items(10), ["asking"]);
    const model = modelOf(async (prompt, signal) => {
      if (prompt.endsWith("3")) throw new RunFailedError("no credit");
      await sleep(60_000, undefined, { signal });
      return 1;
    });
    startPipeline({ modelOf: async () => model, concurrency: 10 });
    expect(await waitForRun(store, run, undefined, 3000)).toMatchObject({ status: "failed", error: "no credit" });
  });

  it("gives up a run that ended whoever took it before anything was saved", async () => {
    const run = await createRun(store, items(3), ["full"]);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await store.claimRun({ worker: `dead-${attempt}`, leaseMs: 1 });
      await sleep(5);
    }
    startPipeline();
    expect(await waitForRun(store, run)).toMatchObject({ status: "failed", error: /ended the run thread 3 times/ });
  });

  it("goes on after the store failed for a moment", { timeout: 20_000 }, async () => {
    let failures = 0;
    const failing: EvaluationStore = {
      ...store,
      async saveScores(...saved) {
        failures += 1;
        if (failures === 1) throw new Error("the disk is full");
        return store.saveScores(...saved);
      },
    };
    const run = await createRun(store, items(3), ["full"]);
    const { logger } = startPipeline({ store: failing });
    expect(await waitForRun(store, run)).toMatchObject({ status: "completed", evaluatedItems: 3 });
    expect(logger.lines).toMatchObject([{ level: "error", message: "scoring a run failed" }]);
  });

  it("does not hold it against a run that servers were ended", async () => {
    const run = await createRun(store, items(3), ["full"]);
    for (let server = 0; server < 4; server += 1) {
      await store.claimRun({ worker: `server-${server}`, leaseMs: 60_000 });
      await opened.store.shutdown?.();
      await opened.store.start?.();
    }
    startPipeline();
    expect(await waitForRun(store, run)).toMatchObject({ status: "completed" });
  });

  it("leaves a run alone whose lease another worker has", async () => {
    const run = await createRun(store, items(3), ["full"]);
    await store.claimRun({ worker: "another", leaseMs: 60_000 });
    startPipeline();
    await sleep(300);
    expect(await store.getRun(run)).toMatchObject({ status: "running", evaluatedItems: 0 });
  });

  it("reads no more than a slice ahead, however large the items are", async () => {
    const large = Array.from({ length: 12 }, (_, number) => itemNumber(number, { output: "x".repeat(700_000) }));
    const sizes: number[] = [];
    const watched: EvaluationStore = {
      ...store,
      async readUnscoredItems(ref, options) {
        const found = await store.readUnscoredItems(ref, options);
        sizes.push(found.length);
        return found;
      },
    };
    const run = await createRun(store, large, ["full"]);
    startPipeline({ store: watched });
    expect(await waitForRun(store, run)).toMatchObject({ status: "completed", evaluatedItems: 12 });
    expect(Math.max(...sizes)).toBe(1);
  });
});
