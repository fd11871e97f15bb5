import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "../../src/component/store.ts";
import { conversationKeys } from "../../src/dialects/conversation-keys.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";

const ignore = () => undefined;
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const telemetry = { count: ignore, gauge: ignore };

/** A started SQLite store in a folder of its own, which `close` removes. */
export async function openStore(): Promise<{ store: Store; close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "turnwise-api-"));
  const config = sqliteStore.configSchema.parse({ data_dir: folder });
  const store = sqliteStore.create(config, { id: "default", logger, telemetry, conversationKeys });
  await store.start?.();
  return {
    store,
    async close() {
      await store.shutdown?.();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
