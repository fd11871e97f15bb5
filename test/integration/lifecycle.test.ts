/** How a server ends: in order, in a hurry, or because it must. What was acknowledged is on disk in every case. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { sendModelCalls, type SentRequest } from "../support/otlp-sender.ts";
import { startTestServer, temporaryDataDir } from "../support/server.ts";
import { type ServerProcess, type ServerProcessOptions, startServerProcess } from "../support/server-process.mjs";
import { storedSpans } from "../support/stored-spans.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

function keptDataDir(): string {
  const dataDir = temporaryDataDir();
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function startProcess(options: Partial<ServerProcessOptions> = {}): Promise<ServerProcess> {
  const server = await startServerProcess({ dataDir: keptDataDir(), ...options });
  cleanUp.push(() => server.stop("SIGKILL"));
  return server;
}

const preload = (file: string): string => `--import=${new URL(`../support/${file}`, import.meta.url).href}`;

const acknowledged = (requests: readonly SentRequest[]): readonly string[] =>
  requests
    .filter(({ status }) => status === 200)
    .flatMap(({ spans }) => spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`));

/** Four senders, each with one request at a time, until they are told to stop. They go on when the server is gone. */
function sendUntilStopped(otlpUrl: string) {
  const requests: SentRequest[] = [];
  const stopped = new AbortController();
  const senders = Array.from({ length: 4 }, async (_, sender) => {
    for (let number = 0; !stopped.signal.aborted; number++) {
      const request = await sendModelCalls(otlpUrl, `conversation ${sender}`, [`question ${number}`]);
      requests.push(request);
      if (request.status === undefined) await sleep(20);
    }
  });
  return {
    requests,
    /** Resolves when so many spans were acknowledged. */
    async acknowledged(count: number) {
      await expect.poll(() => acknowledged(requests).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
    },
    async stop() {
      stopped.abort();
      await Promise.all(senders);
    },
  };
}

const body = JSON.stringify({
  resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "a".repeat(32), spanId: "b".repeat(16), name: "x" }] }] }],
});

/** A request of which all but the last byte has arrived. */
async function beginRequest(otlpUrl: string): Promise<{ socket: Socket; answer: Promise<string> }> {
  const socket = connect(Number(new URL(otlpUrl).port), "127.0.0.1");
  cleanUp.push(() => void socket.destroy());
  let text = "";
  socket.on("data", (data) => (text += data.toString())).on("error", () => undefined);
  const head = `POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  await once(socket, "connect");
  socket.write(head + body.slice(0, -1));
  await sleep(100);
  return { socket, answer: once(socket, "close").then(() => text) };
}

describe("a server that is told to stop", () => {
  test("P6: is red first, takes no new connections, and finishes what is in hand", async () => {
    const dataDir = keptDataDir();
    const server = await startTestServer({ dataDir });
    cleanUp.push(() => server.stop());
    const { socket, answer } = await beginRequest(server.otlpUrl);
    const stopping = server.stop();
    expect((await fetch(server.healthUrl ?? "")).status).toBe(503);
    await expect(fetch(server.otlpUrl)).rejects.toThrow("fetch failed");
    expect((await fetch(`${server.apiUrl}/api/v1/health`)).status).toBe(200);
    socket.write(body.slice(-1));
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    await stopping;
    expect([...storedSpans(dataDir)]).toEqual([`${"a".repeat(32)}/${"b".repeat(16)}`]);
    await expect(fetch(server.healthUrl ?? "")).rejects.toThrow("fetch failed");
    expect(server.logger.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test(
    "A108: under load stores what it acknowledged, once, and nothing after its end",
    { timeout: 60_000 },
    async () => {
      const server = await startProcess();
      const load = sendUntilStopped(server.otlpUrl);
      await sleep(500);
      expect(await server.stop("SIGTERM")).toBe(0);
      const stored = storedSpans(server.dataDir);
      await sleep(200);
      await load.stop();
      const acked = acknowledged(load.requests);
      expect(acked.filter((span) => !stored.has(span))).toEqual([]);
      expect(storedSpans(server.dataDir)).toEqual(stored);
      expect(new Set(load.requests.map(({ status }) => status))).toEqual(new Set([200, undefined]));
    },
  );

  test("A108: told twice, cuts what is in hand and still closes its data in order", { timeout: 60_000 }, async () => {
    const server = await startProcess();
    const load = sendUntilStopped(server.otlpUrl);
    const { answer } = await beginRequest(server.otlpUrl);
    await load.acknowledged(10);
    const begin = performance.now();
    server.signal("SIGTERM");
    await expect.poll(() => server.stderr()).toContain("Stopping; again cuts what is still in hand.");
    await sleep(200);
    expect(server.isAlive()).toBe(true);
    expect(await server.stop("SIGTERM")).toBe(0);
    expect(performance.now() - begin).toBeLessThan(4500);
    expect(await answer).toBe("");
    await load.stop();
    const stored = storedSpans(server.dataDir);
    expect(acknowledged(load.requests).filter((span) => !stored.has(span))).toEqual([]);
    expect(server.stderr()).toContain("Cutting what is in hand");
    expect(server.stderr()).not.toMatch(/"level":50/);
  });

  test("A108: killed while it stops, has lost nothing", { timeout: 60_000 }, async () => {
    const server = await startProcess();
    const load = sendUntilStopped(server.otlpUrl);
    await beginRequest(server.otlpUrl);
    await load.acknowledged(10);
    server.signal("SIGTERM");
    await sleep(100);
    expect(await server.stop("SIGKILL")).toBe("SIGKILL");
    await load.stop();
    const stored = storedSpans(server.dataDir);
    expect(acknowledged(load.requests).filter((span) => !stored.has(span))).toEqual([]);
    const again = await startProcess({ dataDir: server.dataDir });
    expect((await sendModelCalls(again.otlpUrl, "c", ["still there?"])).status).toBe(200);
  });
});

describe("a server that can go on no more", () => {
  test.each(["writer-thread", "checkpoint-thread", "reader-thread"])(
    "ends with a message when its %s dies, and what it acknowledged is there",
    { timeout: 60_000 },
    async (thread) => {
      const dataDir = keptDataDir();
      const env = { NODE_OPTIONS: preload("kill-threads.mjs"), TEST_THREAD: thread };
      const server = await startProcess({ dataDir, env });
      const load = sendUntilStopped(server.otlpUrl);
      await load.acknowledged(10);
      server.signal("SIGUSR2");
      expect(await server.ended).toBe(1);
      await load.stop();
      expect(server.stderr()).toContain(
        `error [server_failed] the server can work no more: the store's ${thread.replace("-", " ")} has ended\nStart it again`,
      );
      const stored = storedSpans(dataDir);
      expect(acknowledged(load.requests).filter((span) => !stored.has(span))).toEqual([]);
      const again = await startProcess({ dataDir });
      expect((await sendModelCalls(again.otlpUrl, "c", ["still there?"])).status).toBe(200);
    },
  );

  test("goes on when the judge thread dies", { timeout: 60_000 }, async () => {
    const env = { NODE_OPTIONS: preload("kill-threads.mjs"), TEST_THREAD: "judge-thread" };
    const server = await startProcess({ env });
    server.signal("SIGUSR2");
    await expect.poll(() => server.stderr(), { timeout: 5000 }).toContain("the judge thread died");
    expect((await sendModelCalls(server.otlpUrl, "c", ["hello"])).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });
});

describe("what surrounds a server", () => {
  test("A104: a data folder that cannot be made or written is refused at once", { timeout: 60_000 }, async () => {
    const readOnly = join(keptDataDir(), "folder");
    mkdirSync(readOnly);
    writeFileSync(join(readOnly, "turnwise.lock"), "");
    mkdirSync(join(readOnly, "turnwise.db"));
    for (const dataDir of ["/proc/turnwise", "/proc/turnwise/data", "/dev/null/data", readOnly]) {
      const begin = performance.now();
      const starting = startProcess({ dataDir, env: { HOME: "/tmp" } });
      await expect(starting).rejects.toThrow(/error \[data_dir_not_writable\] The data folder \S+ cannot be written/);
      expect(performance.now() - begin).toBeLessThan(8000);
    }
  });

  test.each([
    ["an hour back", -3_600_000],
    ["a year forward", 365 * 86_400_000],
  ])("A104: a clock that is set %s loses no span and stops no session", { timeout: 60_000 }, async (_name, offset) => {
    const clock = join(keptDataDir(), "clock");
    writeFileSync(clock, "0");
    const env = { NODE_OPTIONS: preload("set-clock.mjs"), TEST_CLOCK_FILE: clock, TURNWISE_IDLE_TIMEOUT: "1s" };
    const server = await startProcess({ env });
    const statuses = async (): Promise<unknown> => {
      const response = await fetch(`${server.apiUrl}/api/v1/sessions`);
      const { sessions } = (await response.json()) as { sessions: { conversation_id: string; status: string }[] };
      return Object.fromEntries(sessions.map(({ conversation_id, status }) => [conversation_id, status]));
    };
    const before = await sendModelCalls(server.otlpUrl, "before", ["hello"]);
    writeFileSync(clock, String(offset));
    await sleep(200);
    const after = await sendModelCalls(server.otlpUrl, "after", ["hello"]);
    expect([before.status, after.status]).toEqual([200, 200]);
    const judged = { before: "completed", after: "completed" };
    await expect.poll(statuses, { timeout: 15_000, interval: 200 }).toEqual(judged);
    writeFileSync(clock, "0");
    await sleep(200);
    expect((await sendModelCalls(server.otlpUrl, "later", ["hello"])).status).toBe(200);
    await expect.poll(statuses, { timeout: 15_000, interval: 200 }).toEqual({ ...judged, later: "completed" });
    expect((await fetch(server.healthUrl)).status).toBe(200);
    expect(storedSpans(server.dataDir).size).toBe(3);
    expect(await server.stop()).toBe(0);
  });

  test("A110: a second process on the same folder refuses, and the first goes on", { timeout: 60_000 }, async () => {
    const first = await startProcess();
    await expect(startProcess({ dataDir: first.dataDir })).rejects.toThrow(
      /error \[data_dir_in_use\] .+ in use by another server \(process \d+\)/,
    );
    expect((await sendModelCalls(first.otlpUrl, "c", ["hello"])).status).toBe(200);
  });

  test(
    "A111: with 64 file descriptors, connections beyond them wait or are refused, and it recovers",
    {
      timeout: 60_000,
    },
    async () => {
      const server = await startProcess();
      execFileSync("prlimit", [`--pid=${server.pid}`, "--nofile=64:64"]);
      const port = Number(new URL(server.otlpUrl).port);
      const idle = Array.from({ length: 200 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
      await sleep(1000);
      expect(server.openFiles()).toBeLessThan(100); // far from the 200 that knock
      expect(server.isAlive()).toBe(true);
      for (const socket of idle) socket.destroy();
      const recovered = async () => (await sendModelCalls(server.otlpUrl, "c", ["hello"])).status;
      await expect.poll(recovered, { timeout: 10_000 }).toBe(200);
      expect((await fetch(server.healthUrl)).status).toBe(200);
      expect((await fetch(`${server.apiUrl}/api/v1/sessions`)).status).toBe(200);
      expect(await server.stop()).toBe(0);
    },
  );

  test("A111: a start with 64 file descriptors says that they are too few", { timeout: 60_000 }, async () => {
    await expect(startProcess({ shell: "ulimit -n 64" })).rejects.toThrow(
      /error \[too_few_open_files\] this process may open only 64 files .+\nRaise the limit/,
    );
  });
});
