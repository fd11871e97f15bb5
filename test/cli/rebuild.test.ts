/** `turnwise rebuild` against a real server's API. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServer, hello, startApi } from "../api/api-server.ts";
import { runCli } from "./run-cli.ts";

let api: ApiServer;
let ids: readonly string[];
beforeAll(async () => {
  api = await startApi();
  const sessions = [await api.store.createMessageSession(hello), await api.store.createMessageSession(hello)];
  ids = sessions.map(({ id }) => id);
  const waiting = await api.store.claimSessions({ worker: "test", limit: 9, leaseMs: 60_000, idleMs: 0 });
  for (const held of waiting) await api.store.releaseClaim(held, { status: "completed" });
});
afterAll(async () => {
  await api.close();
});

const rebuild = async (...args: readonly string[]) => runCli(["rebuild", ...args], { TURNWISE_URL: api.url });

/** Does what the judge pipeline does, until nothing is to be built any more. */
async function build(): Promise<number> {
  let built = 0;
  while ((await api.store.countRequestedBuilds("default")) === 0) await sleep(10);
  while ((await api.store.countRequestedBuilds("default")) > 0) {
    const claims = await api.store.claimSessions({ worker: "test", limit: 1, leaseMs: 60_000, idleMs: 0 });
    for (const held of claims) await api.store.releaseClaim(held, { status: "completed" });
    built += claims.length;
  }
  return built;
}

async function buildOne(): Promise<void> {
  const claims = await api.store.claimSessions({ worker: "test", limit: 1, leaseMs: 60_000, idleMs: 0 });
  for (const held of claims) await api.store.releaseClaim(held, { status: "completed" });
}

describe("turnwise rebuild", () => {
  it("waits until all sessions were built again", async () => {
    const [answer, built] = await Promise.all([rebuild(), build()]);
    expect(answer).toEqual({ status: 0, stdout: "2 sessions built again\n", stderr: "" });
    expect(built).toBe(2);
  });

  it("has one built again, and says so as JSON", async () => {
    const [answer] = await Promise.all([rebuild(ids[0]!, "--json"), build()]);
    expect([answer.status, JSON.parse(answer.stdout)]).toMatchObject([
      0,
      { sessions: 1, built: 1, remaining: 0, cancelled: 0, done: true },
    ]);
  });

  it("says as JSON how far it is, on stderr, so that the answer stays one document", async () => {
    const asked = rebuild("--json");
    while ((await api.store.countRequestedBuilds("default")) === 0) await sleep(10);
    await buildOne();
    await sleep(1500);
    await buildOne();
    const { stdout, stderr } = await asked;
    const reports = stderr
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(reports.length).toBeGreaterThan(1);
    expect(reports).toContainEqual(expect.objectContaining({ sessions: 2, built: 1, remaining: 1, done: false }));
    const last = JSON.parse(stdout) as Record<string, number>;
    expect(last).toMatchObject({ sessions: 2, built: 2, remaining: 0, done: true });
    expect(last["per_second"]).toBeCloseTo(2 / last["seconds"]!, 0);
    expect(reports.at(-1)).toEqual(last);
  });

  it("tells of the sessions whose building was cancelled, and who cancels it", async () => {
    const asked = rebuild();
    while ((await api.store.countRequestedBuilds("default")) === 0) await sleep(10);
    await buildOne();
    const cancelled = await rebuild("--cancel");
    expect(cancelled).toEqual({ status: 0, stdout: "1 session not built again\n", stderr: "" });
    expect((await asked).stdout).toBe("1 session built again; 1 session not, because that was cancelled\n");
    expect(JSON.parse((await rebuild("--cancel", "--json")).stdout)).toEqual({ cancelled: 0 });
  });

  it("does not wait when it is told so", async () => {
    expect((await rebuild("--no-wait")).stdout).toBe("2 sessions wait to be built again\n");
    expect((await rebuild("--no-wait", "--json")).stdout).toContain('"done": false');
    expect(await api.store.countRequestedBuilds("default")).toBe(2);
  });

  it("says what to do about an id that is none", async () => {
    const { status, stderr } = await rebuild("f".repeat(32));
    expect(status).toBe(1);
    expect(stderr).toMatch(/error \[not_found\]/);
  });
});
