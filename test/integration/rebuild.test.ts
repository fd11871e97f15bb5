/** A running server that builds a thousand sessions again, while spans keep coming and after it was killed in the middle. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionPageSchema } from "../../src/api/contract.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { portOf } from "../support/port-of.ts";
import { startServerProcess } from "../support/server-process.mjs";

const SESSIONS = 1000;
const cli = fileURLToPath(new URL("../../dist/cli/cli.js", import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), "turnwise-rebuild-"));
let server: Awaited<ReturnType<typeof startServerProcess>>;

/** The API stays where it is when the server is started again: who waits for it asks there. */
let apiPort: number;
const start = async () =>
  startServerProcess({ dataDir, env: { TURNWISE_PORT: String(apiPort), TURNWISE_IDLE_TIMEOUT: "100ms" } });

async function freePort(): Promise<number> {
  const taken = createServer();
  await new Promise<void>((listening) => void taken.listen(0, "127.0.0.1", listening));
  const port = portOf(taken);
  await new Promise((closed) => taken.close(closed));
  return port;
}

async function waiting(): Promise<number> {
  const answer = (await (await fetch(`${server.apiUrl}/api/v1/rebuilds`)).json()) as { waiting: number };
  return answer.waiting;
}

async function until(holds: () => Promise<boolean>, pollMs = 20): Promise<void> {
  for (const giveUpAt = Date.now() + 60_000; !(await holds()); await sleep(pollMs))
    if (Date.now() > giveUpAt) throw new Error(`never came true: ${holds.toString()}`);
}

/** How often judges have judged since the server's start. */
async function judgements(): Promise<number> {
  const text = await (await fetch(server.metricsUrl)).text();
  const counts = text.matchAll(/^turnwise_judgements(?:_total)?\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Of every session what a build or a judge would change. */
async function shown() {
  const sessions: (readonly [string, string])[] = [];
  let cursor: string | null = "";
  do {
    const search: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const response = await fetch(`${server.apiUrl}/api/v1/sessions?limit=200${search}`);
    const page = sessionPageSchema.parse(await response.json());
    for (const { conversation_id, status, revision, summary } of page.sessions)
      sessions.push([conversation_id ?? "", `${status} ${revision} ${summary.judged_turns}`]);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return new Map(sessions);
}

async function isJudged(conversation: string): Promise<boolean> {
  const response = await fetch(`${server.apiUrl}/api/v1/sessions?conversation_id=${conversation}`);
  const [session] = sessionPageSchema.parse(await response.json()).sessions;
  return session?.status === "completed" && session.summary.judged_turns === 2;
}

/** `turnwise rebuild` as a process that is not waited for. */
function rebuild(...args: readonly string[]) {
  const child = spawn(process.execPath, [cli, "rebuild", ...args], {
    env: { PATH: process.env["PATH"], TURNWISE_URL: server.apiUrl },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

beforeAll(async () => {
  apiPort = await freePort();
  server = await start();
  for (let first = 0; first < SESSIONS; first += 50) {
    const sent = Array.from({ length: 50 }, async (_, at) =>
      sendModelCalls(server.otlpUrl, `conversation ${first + at}`, ["Where is my order?", "Thanks"]),
    );
    if ((await Promise.all(sent)).some(({ status }) => status !== 200)) throw new Error("a request was not taken");
  }
  await until(async () => {
    const states = [...(await shown()).values()];
    return states.length === SESSIONS && states.every((state) => state === "completed 1 2");
  }, 300);
}, 120_000);

afterAll(async () => {
  await server.stop("SIGKILL");
  rmSync(dataDir, { recursive: true, force: true });
});

describe("a thousand sessions that are built again", () => {
  it("are what they were, twice, and how far it is can be seen", { timeout: 120_000 }, async () => {
    const [before, judged] = [await shown(), await judgements()];
    expect(judged).toBe(3 * SESSIONS);
    for (let time = 0; time < 2; time += 1) {
      const { status, stdout, stderr } = await rebuild("--json");
      expect([status, JSON.parse(stdout)]).toMatchObject([0, { sessions: SESSIONS, built: SESSIONS, done: true }]);
      const seen = Array.from(stderr.matchAll(/"built":(\d+)/g), ([, built]) => Number(built));
      expect(seen.length).toBeGreaterThan(1);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(await shown()).toEqual(before);
      expect(await judgements()).toBe(judged);
    }
  });

  it("have what comes meanwhile judged before the last of them", { timeout: 120_000 }, async () => {
    await fetch(`${server.apiUrl}/api/v1/rebuilds`, { method: "POST" });
    await sendModelCalls(server.otlpUrl, "meanwhile", ["Hello", "Thanks"]);
    await until(async () => isJudged("meanwhile"));
    expect(await waiting()).toBeGreaterThan(0);
    await until(async () => (await waiting()) === 0);
  });

  it("go on after a kill -9, and who waits for them with them", { timeout: 120_000 }, async () => {
    const before = await shown();
    const done = rebuild();
    await until(async () => {
      const left = await waiting();
      return left > 0 && left < SESSIONS - 50;
    });
    await server.stop("SIGKILL");
    await sleep(500);
    server = await start();
    expect(await waiting()).toBeGreaterThan(0);
    expect(await done).toEqual({ status: 0, stdout: "1,001 sessions built again\n", stderr: "" });
    expect(await shown()).toEqual(before);
    expect(await judgements()).toBe(0);
  });

  it("and judged again in the background go on after a kill -9 as well", { timeout: 120_000 }, async () => {
    const before = await shown();
    const waits = async (): Promise<number> => {
      const answer = (await (await fetch(`${server.apiUrl}/api/v1/backfills`)).json()) as { waiting: number };
      return answer.waiting;
    };
    await fetch(`${server.apiUrl}/api/v1/backfills?judge=rules&again=true`, { method: "POST" });
    await until(async () => (await waits()) < SESSIONS - 50);
    await server.stop("SIGKILL");
    server = await start();
    const left = await waits();
    expect(left).toBeGreaterThan(0);
    await until(async () => (await waits()) === 0);
    expect(await shown()).toEqual(before);
    expect(await judgements()).toBeGreaterThanOrEqual(3 * (left - 4));
    expect(await judgements()).toBeLessThanOrEqual(3 * (left + 4));
  });

  it("are left as they are when that is cancelled", { timeout: 120_000 }, async () => {
    const before = await shown();
    const done = rebuild();
    await until(async () => (await waiting()) > 0);
    expect((await rebuild("--cancel")).stdout).toMatch(/^[1-9]\d* sessions not built again\n$/);
    expect(await waiting()).toBe(0);
    expect((await done).stdout).toMatch(/^\d+ sessions? built again; \d+ sessions? not, because that was cancelled\n$/);
    expect(await shown()).toEqual(before);
  });
});
