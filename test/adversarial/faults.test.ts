/** A100, A101, A103, A107: what disks, other programs and model providers can do to a server. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createApiClient } from "../../src/api-client.ts";
import { healthSchema } from "../../src/api/contract.ts";
import { type Hop, runDoctor } from "../../src/doctor.ts";
import { FRAME_HEAD_BYTES, LOG_HEAD_BYTES } from "../../src/stores/sqlite/log-file.ts";
import { readLogIndex } from "../../src/stores/sqlite/log-index.ts";
import { PAGE_SIZE } from "../../src/stores/sqlite/open-database.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { spanWith } from "../support/records.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { portOf } from "../support/port-of.ts";
import { spansBody } from "../receivers/otlp/bodies.ts";
import { send } from "../receivers/otlp/receiver.ts";
import { temporaryDataDir } from "../support/server.ts";
import { startServerProcess } from "../support/server-process.mjs";
import { databaseFile, storedSpans } from "../support/stored-spans.ts";
import { type AttackedServer, type AttackOptions, expectAlive, startAttackedServer } from "./attack.ts";

async function startServer(options: AttackOptions = {}): Promise<AttackedServer> {
  const server = await startAttackedServer(options);
  onTestFinished(async () => {
    await server.stop("SIGKILL");
    rmSync(server.dataDir, { recursive: true, force: true });
  });
  return server;
}

/** Sends what was not sent before until the server refuses; resolves with what it says then. */
async function sendUntilRefused(server: AttackedServer) {
  for (let number = 0; number < 1000; number += 1) {
    const attributes = new Map([["noise", randomBytes(100_000)]]);
    const span = spanWith({ spanId: randomBytes(8).toString("hex"), attributes });
    const answer = await send(server, { body: encodeSpans([span]).bytes });
    if (answer.status !== 200) return answer;
  }
  throw new Error("everything was taken");
}

function expectToBeAskedAgain({ status, headers }: Awaited<ReturnType<typeof send>>): void {
  expect(status).toBe(503);
  expect([1, 2]).toContain(Number(headers["retry-after"]));
}

/** The largest that a file of the process may become, as a disk that is full: `unlimited` lifts it again. */
function limitFileSize(server: AttackedServer, bytes: number | "unlimited"): void {
  execFileSync("prlimit", [`--pid=${server.pid}`, `--fsize=${bytes}:`]);
}

describe("a disk", () => {
  test("A100 that is full is a refusal for now, and after it everything goes on", { timeout: 60_000 }, async () => {
    const server = await startServer();
    await expectAlive(server);
    limitFileSize(server, statSync(`${databaseFile(server.dataDir)}-wal`).size + 200_000);
    const before = await server.metric('reason="unavailable"');
    let number = 0;
    const taken: string[] = [];
    for (; number < 1000; number += 1) {
      // Nothing of it can be stored by pointing at what is there: neither database nor log has room for all of it.
      const text = randomBytes(15_000).toString("base64");
      const { spans, status } = await sendModelCalls(server.otlpUrl, "full", [text]);
      if (status !== 200) break;
      taken.push(...spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`));
    }
    expectToBeAskedAgain(await sendUntilRefused(server));
    expect(taken.length).toBeGreaterThan(0);
    expect(await server.metric('reason="unavailable"')).toBeGreaterThan(before);
    expect(server.isAlive()).toBe(true);
    expect((await fetch(`${server.apiUrl}/api/v1/sessions`)).status).toBe(200);
    limitFileSize(server, "unlimited");
    await expect.poll(async () => (await send(server, { body: spansBody(3) })).status, { timeout: 20_000 }).toBe(200);
    const stored = storedSpans(server.dataDir);
    expect(taken.filter((span) => !stored.has(span))).toEqual([]);
    expect(server.stderr()).not.toContain("POLLUTED");
    expect(await server.stop()).toBe(0);
    const db = new Database(databaseFile(server.dataDir), { readonly: true });
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    db.close();
  });

  test("A101 whose database another program has locked is a refusal for now", { timeout: 60_000 }, async () => {
    const server = await startServer();
    await expectAlive(server);
    const other = new Database(databaseFile(server.dataDir));
    other.exec("BEGIN IMMEDIATE");
    const refused = await send(server, { body: spansBody(2) });
    expectToBeAskedAgain(refused);
    expect((await fetch(`${server.apiUrl}/api/v1/sessions`)).status).toBe(200);
    other.exec("ROLLBACK");
    other.close();
    await expectAlive(server);
    expect(await server.metric('reason="unavailable"')).toBe(1);
  });
});

describe("a file", () => {
  /** Of the database at that path, which is not running. */
  type Damage = (file: string) => void;

  const flip = (file: string, at: (size: number) => number, length: number): void => {
    const bytes = readFileSync(file);
    const start = at(bytes.length);
    for (let index = start; index < start + length; index += 1) bytes[index] = (bytes[index] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
  };
  const cut = (file: string, part: number): void => truncateSync(file, Math.floor(statSync(file).size * part));

  const beyondRepair: readonly (readonly [string, Damage])[] = [
    ["a database that was cut", (file) => cut(file, 0.6)],
    // All but the first: the log may have some of them.
    ["a database whose pages are noise", (file) => flip(file, () => PAGE_SIZE, statSync(file).size - PAGE_SIZE)],
    ["a lock file of noise", (file) => writeFileSync(join(file, "..", "turnwise.lock"), Buffer.alloc(9000, 0xa5))],
  ];
  const withoutItsDatabase: readonly (readonly [string, Damage])[] = [
    ["an empty database beside its log", (file) => truncateSync(file)],
    ["a log whose database is gone", (file) => rmSync(file)],
  ];
  /** A byte in the middle one of the frames that count; behind them there may be some from before the log last began anew. */
  const middleOfLog = (file: string): number => {
    const { frames = 0 } = readLogIndex(`${file}-shm`) ?? {};
    return LOG_HEAD_BYTES + Math.floor(frames / 2) * (FRAME_HEAD_BYTES + PAGE_SIZE) + 5000;
  };
  const logDamages: readonly (readonly [string, Damage])[] = [
    ["a log that was cut", (file) => truncateSync(`${file}-wal`, middleOfLog(file))],
    ["a log with a flipped bit", (file) => flip(`${file}-wal`, () => middleOfLog(file), 1)],
    ["a log of noise", (file) => writeFileSync(`${file}-wal`, Buffer.alloc(100_000, 0xa5))],
    ["a log that is gone", (file) => rmSync(`${file}-wal`)],
  ];

  let filled: string;
  /** A folder as a killed server leaves it: half is in the database, half in the log. */
  beforeAll(async () => {
    filled = temporaryDataDir();
    const server = await startAttackedServer({ dataDir: filled, env: { TURNWISE_IDLE_TIMEOUT: "1h" } });
    await sendMany(server, "first");
    const other = new Database(databaseFile(filled));
    other.pragma("wal_checkpoint(FULL)");
    other.close();
    // What comes after a reader has begun cannot be moved into the database while it reads.
    const reader = new Database(databaseFile(filled), { readonly: true });
    reader.exec("BEGIN; SELECT count(*) FROM spans");
    await sendMany(server, "second");
    await server.stop("SIGKILL");
    reader.close();
  }, 60_000);
  afterAll(() => rmSync(filled, { recursive: true, force: true }));

  const sent = new Set<string>();

  async function sendMany(server: AttackedServer, conversation: string): Promise<void> {
    for (let number = 0; number < 20; number += 1) {
      const texts = Array.from({ length: 20 }, (_, at) => `${number} ${at} ${"x".repeat(500)}`);
      const { status, spans } = await sendModelCalls(server.otlpUrl, conversation, texts);
      expect(status).toBe(200);
      for (const { traceId, spanId } of spans) sent.add(`${traceId}/${spanId}`);
    }
  }

  /** A copy of the folder with the damage; resolves with the path of its database. */
  function damaged(damage: Damage): { dataDir: string; file: string } {
    const dataDir = temporaryDataDir();
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    cpSync(filled, dataDir, { recursive: true });
    const file = databaseFile(dataDir);
    damage(file);
    return { dataDir, file };
  }

  test.each(beyondRepair)(
    "A103 that is %s keeps the server from starting, which says so and leaves it as it is",
    async (_, damage) => {
      const { dataDir, file } = damaged(damage);
      const before = readFileSync(file);
      const refusal = /ended with 1: .*(?:database_corrupt|data_dir_not_writable)/s;
      await expect(startServerProcess({ dataDir })).rejects.toThrow(refusal);
      expect(readFileSync(file).equals(before)).toBe(true);
      expect(existsSync(`${file}-wal`)).toBe(true);
    },
  );

  test.each(withoutItsDatabase)("A103 that is %s keeps the server from starting, and stays", async (_, damage) => {
    const { dataDir, file } = damaged(damage);
    const before = readFileSync(`${file}-wal`);
    await expect(startServerProcess({ dataDir })).rejects.toThrow(
      /ended with 1: .*database_corrupt.*its log is there/s,
    );
    expect(readFileSync(`${file}-wal`).equals(before)).toBe(true);
  });

  test("A103 that is a shared-memory file of noise costs nothing", { timeout: 30_000 }, async () => {
    const { dataDir, file } = damaged((path) => writeFileSync(`${path}-shm`, Buffer.alloc(40_000, 0xa5)));
    const server = await startServerProcess({ dataDir });
    onTestFinished(async () => void (await server.stop("SIGKILL")));
    await expectAlive(server);
    const stored = storedSpans(dataDir);
    expect([...sent].filter((span) => !stored.has(span))).toEqual([]);
    await server.stop();
    expectSound(file);
  });

  test.each(logDamages)(
    "A103 that is %s costs nothing that the database has; it is kept, and said, and counted",
    { timeout: 40_000 },
    async (_, damage) => {
      const { dataDir, file } = damaged(damage);
      const before = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : undefined;
      const server = await startAttackedServer({ dataDir });
      onTestFinished(async () => void (await server.stop("SIGKILL")));
      expect((await sendModelCalls(server.otlpUrl, "normal", ["hello"])).status).toBe(200);
      const stored = storedSpans(dataDir);
      expect(stored.size).toBeGreaterThan(400);
      const missing = [...sent].filter((span) => !stored.has(span));
      const errors = server.stderr().match(/The log \S+ is damaged\. [^"]+/g);
      expect(errors).toHaveLength(1);
      expect(errors?.[0]).toContain(missing.length > 0 ? "may be lost" : "");
      const kept = readdirSync(dataDir).filter(
        (name) => name.startsWith("turnwise.db-wal.") && name.endsWith(".backup"),
      );
      expect(kept.map((name) => readFileSync(join(dataDir, name)).equals(before ?? Buffer.alloc(0)))).toEqual(
        before === undefined ? [] : [true],
      );
      expect(await server.metric("turnwise_store_damages")).toBe(1);
      const health = healthSchema.parse(await (await fetch(`${server.apiUrl}/api/v1/health`)).json());
      expect(health.damages).toBe(1);
      expect(await lastHopOf(server)).toMatchObject({ name: "store", ok: false });
      await server.stop();
      expectSound(file);
    },
  );

  async function lastHopOf({ apiUrl, otlpUrl }: AttackedServer): Promise<Hop | undefined> {
    const hops: Hop[] = [];
    const client = createApiClient({ TURNWISE_URL: apiUrl });
    for await (const hop of runDoctor({ client, otlpUrl, env: {} })) hops.push(hop);
    return hops.at(-1);
  }

  function expectSound(file: string): void {
    const db = new Database(file, { readonly: true });
    expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
    db.close();
  }
});

describe("a model provider", () => {
  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    "says 429": (response) => void response.writeHead(429, { "retry-after": "1" }).end("{}"),
    "says 500": (response) => void response.writeHead(500).end("oh"),
    "says nothing": () => undefined,
    "says garbage": (response) => void response.writeHead(200, { "content-type": "application/json" }).end("\0garbage"),
    "hangs up": (response) => void response.destroy(),
  };

  test("A107 that fails in any way delays no sender", { timeout: 60_000 }, async () => {
    let mode = "says 429";
    const provider = createServer((_, response) => answers[mode]?.(response)).listen(0, "127.0.0.1");
    await once(provider, "listening");
    onTestFinished(() => {
      provider.closeAllConnections();
      provider.close();
    });
    const url = `http://127.0.0.1:${portOf(provider)}/v1`;
    const server = await startServer({ env: { TURNWISE_LLM_API_KEY: "sk-test", TURNWISE_LLM_BASE_URL: url } });
    for (mode of Object.keys(answers)) {
      const durations: number[] = [];
      for (let number = 0; number < 40; number += 1) {
        const started = performance.now();
        const { status } = await sendModelCalls(server.otlpUrl, `${mode} ${number}`, ["hello"]);
        expect(status).toBe(200);
        durations.push(performance.now() - started);
      }
      const [median = 0] = durations.toSorted((a, b) => a - b).slice(20);
      expect(median).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 500)); // so that the judge asks
    }
    await expectAlive(server);
  });
});
