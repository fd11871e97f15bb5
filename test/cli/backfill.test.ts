/** `turnwise judge --backfill` against a real server's API. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JudgePause } from "../../src/component/judge.ts";
import { backfillSchema } from "../../src/api/backfill-contract.ts";
import { type ApiServer, hello, judge, startApi } from "../api/api-server.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { runCli } from "./run-cli.ts";

let api: ApiServer;
let paused: readonly JudgePause[] = [];
beforeAll(async () => {
  api = await startApi({
    pausesOf: () => paused,
    judges: [
      { name: "rules", version: "1" },
      { name: "llm", version: "7", model: "m", requests: [{}] },
    ],
  });
  for (let at = 0; at < 2; at += 1) {
    const { id } = await api.store.createMessageSession(hello);
    await judge(api.store, id, { built, turns: turnJudgements, trajectory });
  }
});
afterAll(async () => api.close());

const backfill = async (...args: readonly string[]) =>
  runCli(["judge", "--backfill", ...args], { TURNWISE_URL: api.url });
const waiting = async () => (await api.store.backfills.readState("default")).waiting;

/** Lets one session go as the judge pipeline does when it is through. */
async function letGo(): Promise<void> {
  const claims = await api.store.claimSessions({ worker: "test", limit: 1, leaseMs: 60_000, idleMs: 0 });
  for (const claim of claims) await api.store.releaseClaim(claim, { status: "completed" });
}

async function letAllGo(): Promise<void> {
  while ((await waiting()) === 0) await sleep(10);
  while ((await waiting()) > 0) await letGo();
}

describe("turnwise judge --backfill", () => {
  it("counts and estimates in a dry run", async () => {
    const { status, stdout, stderr } = await backfill("--dry-run");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^2 sessions to be judged\n {2}rules: 0 turns, 0 trajectories, at no cost\n {2}llm: 4 turns, 2 trajectories; about [\d,]+ tokens in, 4,200 out, at a cost that nobody knows yet \(by the size of what was said\)\n$/,
    );
    expect((await backfill("--dry-run", "--judge", "rules")).stdout).toBe("0 sessions to be judged\n");
    expect((await backfill("--dry-run", "--agent", "bank")).stdout).toBe("0 sessions to be judged\n");
    const json = backfillSchema.parse(JSON.parse((await backfill("--dry-run", "--json", "--limit", "1")).stdout));
    expect(json).toMatchObject({ dry_run: true, sessions: 1, has_more: true });
    expect((await backfill("--dry-run", "--limit", "1")).stdout).toMatch(
      /^1 session to be judged, and there are more: /,
    );
    expect(await waiting()).toBe(0);
  });

  it("asks before it begins, and does not begin where nobody can be asked", async () => {
    const { status, stdout, stderr } = await backfill("--judge", "llm");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^2 sessions to be judged\n {2}llm: .*\nerror \[not_confirmed\] .*\nAdd --yes, or --dry-run\n$/,
    );
    expect(await waiting()).toBe(0);
  });

  it("waits until all sessions are gone through", async () => {
    const [answer] = await Promise.all([backfill("--judge", "llm", "--yes"), letAllGo()]);
    expect(answer).toEqual({ status: 0, stdout: "2 sessions gone through\n", stderr: "" });
  });

  it("says of a judge that is paused what is waited for", async () => {
    paused = [{ judge: "llm", until: new Date("2026-09-01T10:00:00Z"), code: "unauthorized", message: "wrong key" }];
    const [{ stderr }] = await Promise.all([backfill("--judge", "llm", "--again", "--yes"), letAllGo()]);
    expect(stderr).toBe("llm is paused until 2026-09-01T10:00:00.000Z: wrong key\n");
    const [others] = await Promise.all([backfill("--judge", "rules", "--again", "--yes"), letAllGo()]);
    expect(others.stderr).toBe("");
    paused = [];
  });

  it("says so as JSON", async () => {
    const [{ stdout }] = await Promise.all([backfill("--judge", "llm", "--again", "--yes", "--json"), letAllGo()]);
    expect(JSON.parse(stdout)).toMatchObject({ sessions: 2, judged: 2, remaining: 0, cancelled: 0, done: true });
  });

  it("tells of what was cancelled, and who cancels it", async () => {
    const asked = backfill("--judge", "llm", "--yes");
    while ((await waiting()) === 0) await sleep(10);
    await letGo();
    expect((await backfill("--cancel")).stdout).toBe("1 session not judged\n");
    expect((await asked).stdout).toBe("1 session gone through; 1 session not, because that was cancelled\n");
    expect(JSON.parse((await backfill("--cancel", "--json")).stdout)).toEqual({ cancelled: 0 });
  });

  it("does not wait when it is told so, and lets no other in beside it", async () => {
    expect((await backfill("--judge", "llm", "--yes", "--no-wait")).stdout).toBe("2 sessions wait to be judged\n");
    const { status, stderr } = await backfill("--judge", "rules", "--again", "--yes");
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error \[backfill_waiting\] .*\nEnd it with: turnwise judge --backfill --cancel\n$/),
    ]);
    await backfill("--cancel");
  });

  it("says what is wrong with what is asked for", async () => {
    const { status, stderr } = await backfill("--judge", "nobody", "--yes");
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^error \[invalid_request\] there is no such judge/)]);
    expect((await backfill("--dry-run", "--limit", "0")).stderr).toContain('"limit"');
  });
});
