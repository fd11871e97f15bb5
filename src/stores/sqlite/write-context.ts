import type { Database } from "better-sqlite3";
import type { SessionNotice } from "../../component/store.ts";
import type { FoundDamage } from "./mend-log.ts";

/** What every writing operation is given. */
export interface WriteContext {
  readonly db: Database;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Tells the watchers, once the transaction is committed. */
  readonly notify: (notice: SessionNotice) => void;
  readonly onDamage: (damage: FoundDamage) => void;
}
