/** Backfills over the API: which sessions, at what cost, one at a time, to be taken back. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backfillSchema, backfillsStateSchema } from "../../src/api/backfill-contract.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { type ApiServer, ask, hello, judge, startApi } from "./api-server.ts";

let api: ApiServer;
beforeEach(async () => {
  const judges = [
    { name: "rules", version: "1" },
    { name: "llm", version: "7", model: "m", requests: [{}] },
    { name: "other", version: "1", off: "no API key" },
  ];
  api = await startApi({ judges });
});
afterEach(async () => api.close());

/** Judged by rules, version 1. */
async function judged(project = "default"): Promise<string> {
  const { id } = await api.store.createMessageSession({ ...hello, project });
  await judge(api.store, id, { built, turns: turnJudgements, trajectory });
  return id;
}

const request = async (query: string) => {
  const { status, text } = await ask(api, `/api/v1/backfills${query}`, { method: "POST" });
  expect([status, text]).toEqual([200, expect.anything()]);
  return backfillSchema.parse(JSON.parse(text));
};
const state = async (method = "GET") =>
  backfillsStateSchema.parse(JSON.parse((await ask(api, "/api/v1/backfills", { method })).text));

describe("/api/v1/backfills", () => {
  it("counts and estimates in a dry run, and changes nothing", async () => {
    await judged();
    await judged();
    const plan = await request("?dry_run=true");
    expect(plan).toMatchObject({ dry_run: true, sessions: 2, has_more: false, state: { waiting: 0 } });
    expect(plan.judges).toMatchObject([
      { name: "rules", turns: 0, trajectories: 0, cost_usd: 0, basis: "no_model" },
      { name: "llm", turns: 4, trajectories: 2, cost_usd: null, basis: "content_sizes" },
    ]);
    expect(plan.judges[1]!.input_tokens).toBeGreaterThan(6 * 2000);
    expect(await state()).toEqual({ waiting: 0, cancelled: 0, judge: null, again: false });
  });

  it("asks for what the same dry run counts, by one judge or by all", async () => {
    await judged();
    expect(await request("?judge=rules")).toMatchObject({ sessions: 0, state: { waiting: 0 } });
    expect(await request("?judge=llm")).toMatchObject({
      dry_run: false,
      sessions: 1,
      state: { waiting: 1, judge: "llm" },
    });
    expect(await request("?judge=llm")).toMatchObject({ sessions: 1, state: { waiting: 1 } });
    const [claim] = await api.store.claimSessions({ worker: "test", limit: 9, leaseMs: 60_000, idleMs: 0 });
    expect(claim?.backfill).toEqual({ judge: "llm" });
    await api.store.releaseClaim(claim!, { status: "completed" });
    expect(await state()).toMatchObject({ waiting: 0, judge: null });
    expect(await request("?judge=rules&again=true")).toMatchObject({
      sessions: 1,
      state: { judge: "rules", again: true },
    });
  });

  it("is of the sessions that a list with the same filters has, of the project, up to a limit", async () => {
    await judged();
    await judged();
    await judged("other");
    await api.store.createMessageSession(hello);
    const sessions = async (query: string) => (await request(`?dry_run=true&${query}`)).sessions;
    expect(await sessions("agent_name=shop-agent")).toBe(2);
    expect(await sessions("agent_name=bank")).toBe(0);
    expect(await sessions("score=-1&has=harmful_turn&q=kettle")).toBe(2);
    expect(await sessions("metadata.channel=web")).toBe(0);
    expect(await sessions("to=2020-01-01")).toBe(0);
    expect(await request("?limit=1")).toMatchObject({ sessions: 1, has_more: true, state: { waiting: 1 } });
  });

  it("goes through many sessions, slice by slice", { timeout: 60_000 }, async () => {
    const created = await api.store.createMessageSessions(Array.from({ length: 450 }, () => hello));
    const claims = await api.store.claimSessions({ worker: "test", limit: 1000, leaseMs: 60_000, idleMs: 0 });
    for (const claim of claims) {
      await api.store.saveSession(claim, built, []);
      await api.store.releaseClaim(claim, { status: "completed" });
    }
    expect(await request("?judge=llm")).toMatchObject({
      sessions: created.length,
      has_more: false,
      judges: [{ turns: 900, trajectories: 450 }],
      state: { waiting: 450 },
    });
  });

  it("lets no other in beside it", async () => {
    await judged();
    await request("?judge=llm");
    for (const query of ["", "?judge=rules&again=true", "?judge=llm&again=true"]) {
      const { status, json } = await ask(api, `/api/v1/backfills${query}`, { method: "POST" });
      expect([status, json?.code]).toEqual([409, "backfill_waiting"]);
    }
    expect(await request("?dry_run=true")).toMatchObject({ state: { waiting: 1, judge: "llm" } });
  });

  it("is taken back, which is told to whoever waits for it", async () => {
    await judged();
    await request("?judge=llm");
    expect(await state("DELETE")).toEqual({ waiting: 0, cancelled: 1, judge: null, again: false });
    expect(await state()).toMatchObject({ cancelled: 1 });
    expect(await api.store.claimSessions({ worker: "test", limit: 9, leaseMs: 60_000, idleMs: 0 })).toEqual([]);
  });

  it.each([
    ["?judge=nobody", 400, "invalid_request"],
    ["?judge=other", 409, "judge_off"],
    ["?limit=0", 400, "invalid_request"],
    ["?dry_run=1", 400, "invalid_request"],
    ["?score=2", 400, "invalid_request"],
    ["?cursor=x", 400, "invalid_request"],
  ])("refuses %s", async (query, expected, code) => {
    const { status, json } = await ask(api, `/api/v1/backfills${query}`, { method: "POST" });
    expect([status, json?.code]).toEqual([expected, code]);
  });
});
