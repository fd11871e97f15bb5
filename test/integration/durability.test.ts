/** What was acknowledged is on disk, however the server ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { sendModelCalls, type SentRequest } from "../support/otlp-sender.ts";
import { startTestServer, temporaryDataDir, testEnvironment } from "../support/server.ts";
import { storedJudgements, storedSpans } from "../support/stored-spans.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

function keptDataDir(): string {
  const dataDir = temporaryDataDir();
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

const acknowledged = (requests: readonly SentRequest[]): readonly string[] =>
  requests
    .filter(({ status }) => status === 200)
    .flatMap(({ spans }) => spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`));

/** Sends from several senders at once, to a few conversations, until told to stop. */
function sendUntilStopped(otlpUrl: string, round: string) {
  const requests: SentRequest[] = [];
  const stopped = new AbortController();
  const senders = Array.from({ length: 6 }, async (_, sender) => {
    for (let number = 0; !stopped.signal.aborted; number++) {
      const texts = [1, 2].map((part) => `question ${round} ${sender} ${number} ${part}`);
      const request = await sendModelCalls(otlpUrl, `conversation ${round} ${sender} ${number % 3}`, texts);
      requests.push(request);
      if (request.status === undefined) return;
    }
  });
  return {
    requests,
    async stop() {
      stopped.abort();
      await Promise.all(senders);
    },
  };
}

/** What `turnwise serve --json` says when it is up. */
const welcome = z.object({ otlp_url: z.string() });

interface ServerProcess {
  readonly child: ChildProcess;
  readonly otlpUrl: string;
}

/** `turnwise serve` as its own process, on the data folder of the one before it. */
async function startProcess(dataDir: string): Promise<ServerProcess> {
  const cli = fileURLToPath(new URL("../../dist/cli/cli.js", import.meta.url));
  const child = spawn(process.execPath, [cli, "serve", "--json"], {
    env: { ...process.env, ...testEnvironment(dataDir) },
    stdio: ["ignore", "pipe", "ignore"],
  });
  cleanUp.push(() => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, otlpUrl: welcome.parse(JSON.parse(line)).otlp_url };
  }
  throw new Error("the server ended before it was up");
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

describe("acknowledged spans", () => {
  test("are committed before the answer is sent", async () => {
    const server = await startTestServer();
    cleanUp.push(() => server.stop());
    for (let number = 0; number < 20; number++) {
      const request = await sendModelCalls(server.otlpUrl, "c", [`question ${number}`]);
      const stored = storedSpans(server.dataDir);
      expect(acknowledged([request]).filter((span) => !stored.has(span))).toEqual([]);
      expect(stored.size).toBe(number + 1);
    }
  });

  test("sent again are stored once", async () => {
    const dataDir = keptDataDir();
    const server = await startTestServer({ dataDir });
    cleanUp.push(() => server.stop());
    const body = JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "a".repeat(32), spanId: "b".repeat(16), name: "x" }] }] }],
    });
    const headers = { "content-type": "application/json" };
    const send = () => fetch(`${server.otlpUrl}/v1/traces`, { method: "POST", headers, body });
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(storedSpans(dataDir).size).toBe(1);
  });

  test("are all there after a stop under load, and nothing is taken after it", async () => {
    const dataDir = keptDataDir();
    const server = await startTestServer({ dataDir });
    const load = sendUntilStopped(server.otlpUrl, "stop");
    await sleep(700);
    await server.stop();
    const stored = storedSpans(dataDir);
    await load.stop();
    const acked = acknowledged(load.requests);
    expect(acked.length).toBeGreaterThan(20);
    expect(acked.filter((span) => !stored.has(span))).toEqual([]);
    expect(storedSpans(dataDir).size).toBe(stored.size);
    expect(
      load.requests.map(({ status }) => status).filter((status) => status !== 200 && status !== undefined),
    ).toEqual([]);
    expect(server.logger.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("survive kill -9 in a loop under load, and nothing is judged twice", { timeout: 60_000 }, async () => {
    const dataDir = keptDataDir();
    const acked: string[] = [];
    const judged = new Map<number, string>();
    for (let round = 0; round < 5; round++) {
      const { child, otlpUrl } = await startProcess(dataDir);
      const load = sendUntilStopped(otlpUrl, String(round));
      await sleep(300 + Math.random() * 600);
      await kill(child);
      await load.stop();
      acked.push(...acknowledged(load.requests));
      const stored = storedSpans(dataDir);
      expect(acked.filter((span) => !stored.has(span))).toEqual([]);
      for (const [number, about] of storedJudgements(dataDir)) judged.set(number, about);
    }
    const server = await startTestServer({ dataDir });
    cleanUp.push(() => server.stop());
    const open = async () => (await server.sessions()).filter(({ status }) => status !== "completed");
    const giveUpAt = Date.now() + 20_000;
    while ((await open()).length > 0 && Date.now() < giveUpAt) await sleep(50);
    expect(await open()).toEqual([]);
    const final = storedJudgements(dataDir);
    expect(judged.size).toBeGreaterThan(0);
    expect(final.size).toBeGreaterThan(judged.size);
    expect([...judged].filter(([number, about]) => final.get(number) !== about)).toEqual([]);
    expect(acked.length).toBeGreaterThan(100);
  });
});
