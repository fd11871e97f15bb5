/** The store that a battery's test works with, and the short ways to use it. */
import type { Claim, ClaimOptions, Store } from "../../src/component/store.ts";
import type { LogRecord, Span } from "../../src/model/span.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";

export const project = "default";
/** A store under test must have been created with these. */
export const conversationKeys = ["gen_ai.conversation.id", "session.id"];

export interface StoreUnderTest {
  readonly store: Store;
  readonly write: (...spans: readonly Span[]) => Promise<void>;
  readonly writeLogs: (...records: readonly LogRecord[]) => Promise<void>;
  /** Claims everything that has a fact, or is due. */
  readonly claimAll: (options?: Partial<ClaimOptions>) => Promise<readonly Claim[]>;
  /** Claims all and returns the only claim; throws when there are more or none. */
  readonly claimOne: (options?: Partial<ClaimOptions>) => Promise<Claim>;
}

export function use(store: Store): StoreUnderTest {
  const claimAll = async (options: Partial<ClaimOptions> = {}): Promise<readonly Claim[]> =>
    store.claimSessions({ worker: "test", limit: 100, leaseMs: 60_000, idleMs: 0, ...options });
  return {
    store,
    write: async (...spans) => store.writeSpans(encodeSpans(spans), { project }),
    writeLogs: async (...records) => store.writeLogRecords(encodeLogRecords(records), { project }),
    claimAll,
    async claimOne(options) {
      const claims = await claimAll(options);
      const [claim] = claims;
      if (claim === undefined || claims.length > 1) throw new Error(`${claims.length} claims instead of one`);
      return claim;
    },
  };
}
