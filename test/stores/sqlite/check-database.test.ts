/** Databases that are too large to be read before the start are read behind the work. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { encodeSpans } from "../../../src/otlp/encode-records.ts";
import { MAX_CHECKED_BYTES, openWriter, PAGE_SIZE } from "../../../src/stores/sqlite/open-database.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { agentSpan } from "../../support/agent-spans.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { temporaryFolder } from "../../support/sqlite-store.ts";

const telemetry = { count() {}, gauge() {} };

function createStore(dataDir: string) {
  const logger = recordingLogger();
  const config = sqliteStore.configSchema.parse({ data_dir: dataDir });
  const store = sqliteStore.create(config, { id: "default", logger, telemetry, conversationKeys: [] });
  onTestFinished(async () => store.shutdown?.());
  return { store, logger };
}

describe("a database of more than 64 MiB", () => {
  let made: string;
  beforeAll(() => {
    made = temporaryFolder();
    const file = join(made, "turnwise.db");
    const db = openWriter(file);
    const insert = db.prepare(
      "INSERT INTO resources (project_id, digest, schema_url, body) VALUES ('default', ?, '', randomblob(9000))",
    );
    db.transaction(() => {
      for (let row = 0; row < 8000; row += 1) insert.run(Buffer.from(String(row)));
    })();
    db.close();
    if (statSync(file).size <= MAX_CHECKED_BYTES) throw new Error("the database is too small to show anything");
  }, 60_000);
  afterAll(() => rmSync(made, { recursive: true, force: true }));

  function copyOfIt(): { folder: string; file: string } {
    const folder = temporaryFolder();
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    cpSync(made, folder, { recursive: true });
    return { folder, file: join(folder, "turnwise.db") };
  }

  test("that is sound is said to be", { timeout: 60_000 }, async () => {
    const { store, logger } = createStore(copyOfIt().folder);
    await store.start?.();
    await expect.poll(() => logger.lines, { timeout: 50_000 }).not.toEqual([]);
    expect(logger.lines.map(({ message }) => message)).toEqual(["the database was checked and is sound"]);
    expect(store.damages?.()).toBe(0);
  });

  test(
    "with a page of noise takes spans, and what was found is said loudly and counted",
    { timeout: 60_000 },
    async () => {
      const { folder, file } = copyOfIt();
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.fill(0xa5, 2000 * PAGE_SIZE, 2001 * PAGE_SIZE));
      const { store, logger } = createStore(folder);
      await store.start?.();
      await store.writeSpans(encodeSpans([agentSpan()]), { project: "default" });
      await expect.poll(() => store.damages?.(), { timeout: 50_000 }).toBe(1);
      const errors = logger.lines.filter(({ level }) => level === "error");
      expect(errors).toHaveLength(1);
      expect(errors[0]?.message).toContain(`The database ${file} is damaged: `);
      expect(JSON.stringify(errors[0]?.fields)).toContain("restore a backup");
    },
  );

  test("that was cut keeps the store from starting", async () => {
    const { folder, file } = copyOfIt();
    truncateSync(file, 3000 * PAGE_SIZE);
    const { store } = createStore(folder);
    await expect(store.start?.()).rejects.toThrow(`The database ${file} is damaged`);
  });

  test("holds up no stop, and leaves nobody who reads it", async () => {
    const { folder, file } = copyOfIt();
    const { store, logger } = createStore(folder);
    await store.start?.();
    await store.writeSpans(encodeSpans([agentSpan()]), { project: "default" });
    const begin = performance.now();
    await store.shutdown?.();
    expect(performance.now() - begin).toBeLessThan(5000);
    expect(readersOf(file)).toEqual([]);
    expect(logger.lines).toEqual([]);
    expect(statSync(`${file}-wal`, { throwIfNoEntry: false })).toBeUndefined(); // the last one has closed it
  });

  const readersOf = (file: string): string[] =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(commandOf)
      .filter((command) => command.includes("check-process.js") && command.includes(file));
});

/** Empty for a process that has ended meanwhile. */
function commandOf(pid: string): string {
  try {
    return readFileSync(join("/proc", pid, "cmdline"), "utf8");
  } catch {
    return "";
  }
}

test("whoever checks ends with the server, also when nothing can interrupt it", { timeout: 30_000 }, async () => {
  const folder = temporaryFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pipe = join(folder, "nobody-writes-to-it");
  execFileSync("mkfifo", [pipe]); // opening it waits for ever
  const script = fileURLToPath(new URL("../../../dist/stores/sqlite/check-process.js", import.meta.url));
  const child = spawn(process.execPath, [script, pipe], { stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(child, "exit");
  await sleep(1500);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  child.stdin.end();
  expect(await ended).toEqual([null, "SIGKILL"]);
});
