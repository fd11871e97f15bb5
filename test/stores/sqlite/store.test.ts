/** What this store promises beyond the contract: one owner, grouped commits, a bounded queue, a way back from a full disk. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import type { Claim, SessionNotice, Store } from "../../../src/component/store.ts";
import { UnavailableError } from "../../../src/model/errors.ts";
import { encodeSpans } from "../../../src/otlp/encode-records.ts";
import { openConnectedStore } from "../../../src/stores/sqlite/connected-store.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { agentSpan, attributes } from "../../support/agent-spans.ts";
import { builtSession } from "../../support/built-sessions.ts";
import { createTestStore, startTestStore, temporaryFolder, type TestStore } from "../../support/sqlite-store.ts";

const project = "default";
const spanNamed = (id: string, size = 0) =>
  encodeSpans([agentSpan({ attributes: attributes({ "session.id": id, text: "x".repeat(size) }) })]);
const openScript = fileURLToPath(new URL("../../support/open-store.mjs", import.meta.url));

describe("the SQLite store", () => {
  const open: TestStore[] = [];
  afterEach(async () => {
    for (const test of open.splice(0)) await test.destroy();
  });
  const start = async (dataDir?: string): Promise<TestStore> => {
    const started = await startTestStore(dataDir);
    open.push(started);
    return started;
  };
  const database = ({ dataDir }: TestStore): Database.Database => new Database(join(dataDir, "turnwise.db"));

  test("keeps what it was given when it is started again", async () => {
    const first = await start();
    await first.store.writeSpans(spanNamed("c"), { project });
    await first.store.shutdown?.();
    const second = await start(first.dataDir);
    expect((await second.store.findSessions({ project, limit: 9 })).sessions).toMatchObject([{ conversationId: "c" }]);
  });

  test("leaves one file, with the whole log in it, when it is shut down", async () => {
    const first = await start();
    await first.store.writeSpans(spanNamed("c"), { project });
    await first.store.shutdown?.();
    await first.store.shutdown?.();
    const db = new Database(join(first.dataDir, "turnwise.db"), { readonly: true });
    expect(db.prepare("SELECT count(*) FROM spans").pluck().get()).toBe(1);
    db.close();
  });

  test("finishes what was given to it before a shutdown", async () => {
    const first = await start();
    const writes = Array.from({ length: 200 }, async (_, index) =>
      first.store.writeSpans(spanNamed(`c${index}`), { project }),
    );
    await first.store.shutdown?.();
    await Promise.all(writes);
    const second = await start(first.dataDir);
    expect(await second.store.countSessions({ project, limit: 1 })).toBe(200);
  });

  test("says so when it is not running", async () => {
    const created = createTestStore();
    open.push(created);
    await expect(created.store.writeSpans(spanNamed("c"), { project })).rejects.toBeInstanceOf(UnavailableError);
    await expect(created.store.findSessions({ project, limit: 1 })).rejects.toBeInstanceOf(UnavailableError);
    expect(() => created.store.connect()).toThrow(UnavailableError);
  });

  test("commits writes together that arrive together, and each alone that arrives alone", async () => {
    const { store, counted } = await start();
    await Promise.all(
      Array.from({ length: 300 }, async (_, index) => store.writeSpans(spanNamed(`c${index}`), { project })),
    );
    const together = counted("turnwise_store_commits");
    expect(together).toBeLessThan(60);
    expect(together).toBeGreaterThanOrEqual(300 / 64);
    for (let index = 0; index < 5; index += 1) await store.writeSpans(spanNamed(`d${index}`), { project });
    expect(counted("turnwise_store_commits")).toBe(together + 5);
    expect(await store.countSessions({ project, limit: 1 })).toBe(305);
  });

  test("refuses at once what would wait behind 64 MiB, and takes it when that is written", async () => {
    const { store } = await start();
    const large = spanNamed("large", 20 * 1024 * 1024);
    const writes = Array.from({ length: 5 }, async () => store.writeSpans(large, { project }));
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    const reasons = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
    expect(reasons.every((reason) => reason instanceof UnavailableError)).toBe(true);
    await store.writeSpans(large, { project });
  });

  test("takes a single request of any size", async () => {
    const { store } = await start();
    await store.writeSpans(spanNamed("huge", 65 * 1024 * 1024), { project });
    expect(await store.countSessions({ project, limit: 1 })).toBe(1);
  });

  test("answers 'try again' while another program holds the database, and goes on after it", async () => {
    const running = await start();
    const other = database(running);
    other.exec("BEGIN IMMEDIATE");
    await expect(running.store.writeSpans(spanNamed("c"), { project })).rejects.toBeInstanceOf(UnavailableError);
    other.exec("ROLLBACK");
    other.close();
    await running.store.writeSpans(spanNamed("c"), { project });
    expect(await running.store.countSessions({ project, limit: 1 })).toBe(1);
  });

  test("answers 'try again' when the disk refuses, and goes on when it does not, without a restart", () => {
    const dataDir = temporaryFolder();
    // No file may grow beyond 16 MiB (or 32: shells differ), which is a full disk for whatever is larger.
    const limited = 'trap \'\' XFSZ; ulimit -f 32768; exec "$0" "$@"';
    const child = spawnSync("sh", ["-c", limited, process.execPath, openScript, dataDir, "fill"], { encoding: "utf8" });
    expect(child.stderr).toBe("");
    expect(JSON.parse(child.stdout)).toEqual({
      refusals: ["UnavailableError", "UnavailableError"],
      sessions: 2,
      spans: 2,
    });
    rmSync(dataDir, { recursive: true, force: true });
  });

  describe("in a folder", () => {
    test("that another server uses says whose it is", async () => {
      const { dataDir } = await start();
      const second = createTestStore(dataDir);
      await expect(second.store.start?.()).rejects.toMatchObject({
        code: "data_dir_in_use",
        message: `The data folder ${dataDir} is in use by another server (process ${process.pid}).`,
        remedy: "Stop that server, or set TURNWISE_DATA_DIR to another folder.",
      });
    });

    test("that another process uses is refused, until that process is killed", async () => {
      const dataDir = temporaryFolder();
      const holder = spawn(process.execPath, [openScript, dataDir, "hold"], { stdio: ["ignore", "pipe", "inherit"] });
      await new Promise((resolve) => holder.stdout.once("data", resolve));
      const second = createTestStore(dataDir);
      open.push(second);
      await expect(second.store.start?.()).rejects.toMatchObject({
        code: "data_dir_in_use",
        message: `The data folder ${dataDir} is in use by another server (process ${holder.pid}).`,
      });
      const ended = new Promise((resolve) => holder.once("exit", resolve));
      holder.kill("SIGKILL");
      await ended;
      await second.store.start?.();
    });

    test("that cannot be written says what to do", () => {
      const parent = temporaryFolder();
      chmodSync(parent, 0o755);
      const dataDir = join(parent, "data");
      mkdirSync(dataDir);
      chmodSync(dataDir, 0o555);
      // Root may write everywhere, so another user has to try.
      const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const child = spawnSync(process.execPath, [openScript, dataDir, "open"], { encoding: "utf8", ...user });
      expect(JSON.parse(child.stdout)).toMatchObject({ code: "data_dir_not_writable" });
      rmSync(parent, { recursive: true, force: true });
    });

    test("that is a file says so", async () => {
      const folder = temporaryFolder();
      const dataDir = join(folder, "file");
      writeFileSync(dataDir, "keep me");
      await expect(createTestStore(dataDir).store.start?.()).rejects.toMatchObject({ code: "data_dir_not_writable" });
      expect(readFileSync(dataDir, "utf8")).toBe("keep me");
      rmSync(folder, { recursive: true, force: true });
    });

    test("with a damaged database fails and can be started when it is whole again", async () => {
      const dataDir = temporaryFolder();
      writeFileSync(join(dataDir, "turnwise.db"), "broken".repeat(1000));
      const broken = createTestStore(dataDir);
      open.push(broken);
      await expect(broken.store.start?.()).rejects.toMatchObject({ code: "database_corrupt" });
      rmSync(join(dataDir, "turnwise.db"));
      await broken.store.start?.();
    });
  });

  test("does not serve other engines", async () => {
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const context = { id: "default", logger: silent, telemetry: { count() {}, gauge() {} }, conversationKeys: [] };
    const config = sqliteStore.configSchema.parse({ url: "postgres://localhost/x", data_dir: temporaryFolder() });
    const store = sqliteStore.create(config, context);
    await expect(store.start?.()).rejects.toMatchObject({ code: "store_not_supported" });
    expect(sqliteStore.configSchema.parse({})).toEqual({ url: "sqlite", data_dir: "./data", max_queued_mib: 64 });
    expect(sqliteStore.configSchema.safeParse({ data_dirr: "x" }).success).toBe(false);
  });

  describe("connected from elsewhere", () => {
    const connected: Store[] = [];
    afterEach(async () => {
      for (const store of connected.splice(0)) await store.shutdown?.();
    });
    const connect = ({ store }: TestStore): Store => {
      const other = openConnectedStore(store.connect());
      connected.push(other);
      return other;
    };

    test("sees what the other wrote, and the other way round", async () => {
      const running = await start();
      const other = connect(running);
      await running.store.writeSpans(spanNamed("a"), { project });
      await other.writeSpans(spanNamed("b"), { project });
      for (const store of [running.store, other]) expect(await store.countSessions({ project, limit: 1 })).toBe(2);
    });

    test("claims nothing that the other has claimed", async () => {
      const running = await start();
      const stores = [running.store, connect(running), connect(running)];
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => running.store.writeSpans(spanNamed(`c${index}`), { project })),
      );
      const claims: Claim[] = [];
      for (let round = 0; round < 10; round += 1)
        for (const list of await Promise.all(
          stores.map(async (store, index) =>
            store.claimSessions({ worker: `${index}`, limit: 3, leaseMs: 9999, idleMs: 0 }),
          ),
        ))
          claims.push(...list);
      expect(claims).toHaveLength(50);
      expect(new Set(claims.map(({ id }) => id)).size).toBe(50);
    });

    test("hears of the other's commits while it watches", async () => {
      const running = await start();
      const other = connect(running);
      const heard: SessionNotice[] = [];
      const stop = other.watch((notice) => heard.push(notice));
      await other.countSessions({ project, limit: 1 });
      await other.claimSessions({ worker: "w", limit: 1, leaseMs: 1, idleMs: 0 }); // after it, the writer knows of the watch
      await running.store.writeSpans(spanNamed("a"), { project });
      await expect.poll(() => heard).toMatchObject([{ kind: "session-updated" }]);
      stop();
      await other.claimSessions({ worker: "w", limit: 1, leaseMs: 60_000, idleMs: 99_999 });
      await running.store.writeSpans(spanNamed("b"), { project });
      await other.writeSpans(spanNamed("c"), { project });
      expect(heard).toHaveLength(1);
    });

    test("is told 'try again' when the store is gone", async () => {
      const running = await start();
      const other = connect(running);
      await other.writeSpans(spanNamed("a"), { project });
      await running.store.shutdown?.();
      await expect(other.writeSpans(spanNamed("b"), { project })).rejects.toBeInstanceOf(UnavailableError);
    });

    test("works in a worker thread while this thread writes", async () => {
      const running = await start();
      const connection = running.store.connect();
      const { port1, port2 } = new MessageChannel();
      const worker = new Worker(new URL("../../support/connected-worker.mjs", import.meta.url), {
        workerData: { connection, answers: port2 },
        transferList: [connection.writer, port2],
      });
      const built = new Promise((resolve) => port1.once("message", resolve));
      await Promise.all(
        Array.from({ length: 40 }, async (_, index) => running.store.writeSpans(spanNamed(`c${index}`), { project })),
      );
      port1.postMessage({ expected: 40, built: builtSession(2) });
      expect(await built).toEqual({ sessions: 40, spans: 40 });
      await worker.terminate();
      port1.close();
      const { sessions } = await running.store.findSessions({ project, limit: 100, status: "completed" });
      expect(sessions).toHaveLength(40);
      expect(sessions.every(({ totalTurns }) => totalTurns === 2)).toBe(true);
    });
  });
});
