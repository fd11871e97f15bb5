/** What this store promises of datasets and runs beyond the contract: what a killed server leaves, many hands, no leftovers. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import type { EvaluationRef, RunClaim } from "../../../src/component/evaluations.ts";
import type { Store } from "../../../src/component/store.ts";
import { openConnectedStore } from "../../../src/stores/sqlite/connected-store.ts";
import { startTestStore, temporaryFolder, type TestStore } from "../../support/sqlite-store.ts";
import { addDataset, addRun, claimRun, evaluationItems, nothingSpent, scoredItem } from "../../support/stored-runs.ts";

const project = "default";
const script = fileURLToPath(new URL("../../support/killed-evaluations.mjs", import.meta.url));
const tables = ["datasets", "dataset_items", "evaluation_runs", "run_metrics", "run_values", "run_remarks"];

const open: TestStore[] = [];
const connected: Store[] = [];
afterEach(async () => {
  for (const store of connected.splice(0)) await store.shutdown?.();
  for (const test of open.splice(0)) await test.destroy();
});

async function start(dataDir?: string): Promise<TestStore> {
  const started = await startTestStore(dataDir);
  open.push(started);
  return started;
}

function connect({ store }: TestStore): Store {
  const other = openConnectedStore(store.connect());
  connected.push(other);
  return other;
}

/** Looks into the database, or changes it, behind the store's back. */
function inDatabase<Result>({ dataDir }: TestStore, look: (db: Database.Database) => Result): Result {
  const db = new Database(join(dataDir, "turnwise.db"));
  try {
    return look(db);
  } finally {
    db.close();
  }
}

const countRows = (test: TestStore): Record<string, unknown> =>
  inDatabase(test, (db) =>
    Object.fromEntries(
      [...tables, "evaluation_leftovers"].map((table) => [
        table,
        db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
      ]),
    ),
  );

/** Lets a process leave things half done, and returns the ids of these. */
async function kill(dataDir: string): Promise<Record<string, string>> {
  const child = spawn(process.execPath, [script, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  const said = await new Promise<Buffer>((resolve) => child.stdout.once("data", resolve));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  return JSON.parse(said.toString()) as Record<string, string>;
}

describe("after a server was killed", () => {
  test("datasets that were not finished, or came for a run that there is not, are gone, and all others are there", async () => {
    const dataDir = temporaryFolder();
    const { whole, inline, withoutRun, unfinished } = await kill(dataDir);
    const { store, ...rest } = await start(dataDir);
    const items = async (id = ""): Promise<number | undefined> =>
      (await store.evaluations.getDataset({ project, id }))?.items;
    expect(await Promise.all([whole, inline, withoutRun, unfinished].map(items))).toEqual([5, 4, undefined, undefined]);
    await store.shutdown?.();
    expect(countRows({ store, ...rest })).toMatchObject({ datasets: 2, dataset_items: 9, evaluation_leftovers: 0 });
  });

  test("runs that it had claimed can be claimed at once, and have what was saved of them", async () => {
    const dataDir = temporaryFolder();
    const { claimed, queued } = await kill(dataDir);
    const { store } = await start(dataDir);
    expect(await store.evaluations.getRun({ project, id: claimed! })).toMatchObject({
      status: "queued",
      evaluatedItems: 1,
    });
    const claims = [await claimRun(store), await claimRun(store)];
    expect(claims.map(({ id }) => id)).toEqual([claimed, queued]);
    const left = await store.evaluations.readUnscoredItems(claims[0]!, { limit: 9, maxBytes: 1e6 });
    expect(left.map(({ number }) => number)).toEqual([0, 1, 3, 4]);
  });

  test("a run is not held to be what ended it, however often that happened", async () => {
    let running = await start();
    await addRun(running.store, (await addDataset(running.store, evaluationItems(1))).id);
    for (let round = 0; round < 3; round += 1) {
      expect((await claimRun(running.store)).attempts).toBe(1);
      await running.store.shutdown?.();
      running = await start(running.dataDir);
    }
  });

  test("what was being removed is removed", async () => {
    const first = await start();
    const { id } = await addDataset(first.store, evaluationItems(600));
    const kept = await addDataset(first.store, evaluationItems(2));
    const run = await addRun(first.store, id);
    const claim = await claimRun(first.store);
    await first.store.evaluations.saveScores(
      claim,
      [scoredItem(0, { a: 1, b: 1 }, { explanation: "x" })],
      nothingSpent,
    );
    await first.store.shutdown?.();
    inDatabase(first, (db) =>
      db.exec(`INSERT INTO evaluation_leftovers SELECT 'run', run_no FROM evaluation_runs;
        INSERT INTO evaluation_leftovers SELECT 'dataset', dataset_no FROM datasets WHERE dataset_id = '${id}';
        DELETE FROM evaluation_runs; DELETE FROM datasets WHERE dataset_id = '${id}'`),
    );
    const second = await start(first.dataDir);
    expect(await second.store.evaluations.getRun({ project, id: run.id })).toBeUndefined();
    expect((await second.store.evaluations.getDataset({ project, id: kept.id }))!.items).toBe(2);
    expect(countRows(second)).toEqual({ ...nothing, datasets: 1, dataset_items: 2 });
  });
});

const nothing = Object.fromEntries([...tables, "evaluation_leftovers"].map((table) => [table, 0]));

describe("several connections", () => {
  test("never claim the same run", async () => {
    const running = await start();
    const stores = [running.store, connect(running), connect(running)];
    const { id } = await addDataset(running.store, evaluationItems(1));
    const runs = await Promise.all(Array.from({ length: 30 }, async () => addRun(running.store, id)));
    const claims = await Promise.all(
      Array.from({ length: 33 }, async (_, at) =>
        stores[at % 3]!.evaluations.claimRun({ worker: `${at}`, leaseMs: 60_000 }),
      ),
    );
    const claimed = claims.flatMap((claim) => claim?.id ?? []);
    expect(claimed).toHaveLength(30);
    expect(new Set(claimed)).toEqual(new Set(runs.map((run) => run.id)));
  });

  test("score each of 10,000 items once while the run goes from hand to hand", async () => {
    const running = await start();
    const stores = [running.store, connect(running), connect(running)];
    const { id } = await addDataset(running.store, evaluationItems(10_000));
    const run = await addRun(running.store, id);
    const lost: boolean[] = [];
    let claim: RunClaim | undefined;
    for (let hand = 0; ; hand += 1) {
      const store = stores[hand % stores.length]!;
      const before = claim;
      claim = await claimRun(store);
      if (before !== undefined) lost.push(await saveSome(stores[(hand + 2) % stores.length]!, before, 200));
      for (let slice = 0; slice < 6; slice += 1) if (!(await saveSome(store, claim, 300))) break;
      const { evaluatedItems } = (await store.evaluations.getRun(claim))!;
      if (evaluatedItems === 10_000) break;
      await store.evaluations.resumeRuns();
    }
    expect(await stores[0]!.evaluations.finishRun(claim, { status: "completed" })).toBe(true);
    expect(lost.length).toBeGreaterThan(3);
    expect(lost).not.toContain(true);
    expect(await stores[1]!.evaluations.getRun({ project, id: run.id })).toMatchObject({
      status: "completed",
      evaluatedItems: 10_000,
      overallScore: 0.5,
      metrics: [
        { mean: 0.5, scored: 10_000, belowThreshold: 6000 },
        { mean: 0.5, scored: 10_000, belowThreshold: 6000 },
      ],
    });
    expect(countRows(running)).toMatchObject({ run_values: 10_000, run_remarks: 0 });
    const values = (await stores[2]!.evaluations.readRunValues({ project, id: run.id }))!;
    expect(values.keys).toEqual(evaluationItems(10_000).map(({ key }) => key));
    expect(values.overall.every((overall, number) => overall === valueOf(number))).toBe(true);
  });
});

/** Their mean is 0.5, and six of ten are below 0.7. */
const valueOf = (number: number): number => [0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 1][number % 10]!;

/** The next items, and once more the one before them. False: there is nothing to save, or the claim is lost. */
async function saveSome({ evaluations }: Store, claim: RunClaim, limit: number): Promise<boolean> {
  const items = await evaluations.readUnscoredItems(claim, { limit, maxBytes: 1e9 });
  const [next] = items;
  if (next === undefined) return false;
  const numbers = [Math.max(0, next.number - 1), ...items.map(({ number }) => number)];
  const scored = numbers.map((number) => scoredItem(number, { a: valueOf(number), b: valueOf(number) }));
  return evaluations.saveScores(claim, scored, nothingSpent);
}

describe("trends", () => {
  test("VQ-11: are told day by day in UTC, the oldest first, up to the very moment", async () => {
    const running = await start();
    const { evaluations } = running.store;
    const { id } = await addDataset(running.store, evaluationItems(1));
    const finished = [
      "2026-11-20T23:59:59.999Z",
      "2026-11-21T00:00:00Z",
      "2026-11-21T23:59:59Z",
      "2026-11-22T12:00:00Z",
    ];
    for (const [at, finishedAt] of finished.entries()) {
      const run = await addRun(running.store, id);
      const claim = await claimRun(running.store);
      await evaluations.saveScores(claim, [scoredItem(0, { a: at / 4, b: null })], nothingSpent);
      await evaluations.finishRun(claim, { status: "completed" });
      inDatabase(running, (db) =>
        db.prepare("UPDATE evaluation_runs SET finished_ms = ? WHERE run_id = ?").run(Date.parse(finishedAt), run.id),
      );
    }
    const trends = async (from: string, to: string) =>
      (await evaluations.readTrends({ project, from: new Date(from), to: new Date(to) })).map(
        ({ day, metric, score, runs }) => [day, metric, score, runs],
      );
    expect(await trends("2026-11-20", "2026-11-22T12:00:00.001Z")).toEqual([
      ["2026-11-20", "overall", 0, 1],
      ["2026-11-21", "overall", 0.375, 2],
      ["2026-11-22", "overall", 0.75, 1],
    ]);
    expect(await trends("2026-11-21T00:00:00Z", "2026-11-22T12:00:00Z")).toEqual([["2026-11-21", "overall", 0.375, 2]]);
  });
});

describe("what is deleted", () => {
  test("leaves no row, and is removed in slices between which others write", async () => {
    const running = await start();
    const { store, counted } = running;
    const { evaluations } = store;
    const other = await addDataset(store, evaluationItems(3));
    const { id } = await addDataset(store, evaluationItems(2600), { name: null });
    const run = await addRun(store, id);
    const claim = await claimRun(store);
    const scored = evaluationItems(2600).map((_, number) => scoredItem(number, { a: 1, b: 0 }, { explanation: "why" }));
    await evaluations.saveScores(claim, scored, nothingSpent);
    await evaluations.finishRun(claim, { status: "completed" });
    const commits = counted("turnwise_store_commits");
    await evaluations.deleteRun({ project, id: run.id });
    expect(counted("turnwise_store_commits") - commits).toBeGreaterThan(10);
    expect(countRows(running)).toEqual({ ...nothing, datasets: 1, dataset_items: 3 });
    const begun = await evaluations.beginDataset({ project, name: "n", source: "upload" });
    await evaluations.addItems(begun, evaluationItems(1200).slice(0, 600));
    await evaluations.discardDataset(begun);
    expect(await evaluations.deleteDataset({ project, id: other.id })).toBe("done");
    expect(countRows(running)).toEqual(nothing);
  });

  test("never becomes a part of what comes after it", async () => {
    const running = await start();
    const { evaluations } = running.store;
    const refs: EvaluationRef[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { id } = await addDataset(running.store, evaluationItems(1));
      refs.push({ project, id });
      await evaluations.deleteDataset({ project, id });
    }
    await addDataset(running.store, evaluationItems(2));
    expect(inDatabase(running, (db) => db.prepare("SELECT dataset_no FROM datasets").pluck().all())).toEqual([4]);
    for (const ref of refs) expect(await evaluations.getDataset(ref)).toBeUndefined();
  });
});
