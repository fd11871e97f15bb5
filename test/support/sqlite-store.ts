/** A real SQLite store in a folder of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteStore, type SqliteStore } from "../../src/stores/sqlite.ts";

export interface TestStore {
  readonly store: SqliteStore;
  readonly dataDir: string;
  /** The value of one of the store's counters. */
  readonly counted: (name: string) => number;
  readonly destroy: () => Promise<void>;
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "turnwise-test-"));
}

/** Creates the store without starting it. */
export function createTestStore(
  dataDir = temporaryFolder(),
  conversationKeys = ["gen_ai.conversation.id", "session.id"],
  settings: { readonly max_queued_mib?: number } = {},
): TestStore {
  const counters = new Map<string, number>();
  const telemetry = {
    count: (name: string, _: object, by: number) => void counters.set(name, (counters.get(name) ?? 0) + by),
    gauge() {},
  };
  const context = { id: "default", logger: silent, telemetry, conversationKeys };
  const store = sqliteStore.create(sqliteStore.configSchema.parse({ data_dir: dataDir, ...settings }), context);
  return {
    store,
    dataDir,
    counted: (name) => counters.get(name) ?? 0,
    async destroy() {
      await store.shutdown?.();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export async function startTestStore(
  dataDir?: string,
  settings?: { readonly max_queued_mib?: number },
): Promise<TestStore> {
  const created = createTestStore(dataDir, undefined, settings);
  await created.store.start?.();
  return created;
}
