/** The battery that every store must pass: each sentence of `src/component/store.ts` is a test in one of its parts. */
import { afterEach, beforeEach, describe } from "vitest";
import type { Claim, ClaimOptions, Store } from "../../src/component/store.ts";
import type { LogRecord, Span } from "../../src/model/span.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";
import { describeStoreFacts } from "./store-facts.ts";
import { describeStoreJudgements } from "./store-judgements.ts";
import { describeStoreQueries } from "./store-queries.ts";
import { describeStoreQueue } from "./store-queue.ts";
import { describeStoreSessions } from "./store-sessions.ts";

export const project = "default";
/** A store under test must have been created with these. */
export const conversationKeys = ["gen_ai.conversation.id", "session.id"];

/** The store of the running test and the short ways to use it. */
export interface StoreUnderTest {
  readonly store: Store;
  write(...spans: readonly Span[]): Promise<void>;
  writeLogs(...records: readonly LogRecord[]): Promise<void>;
  /** Claims everything that has a fact, or is due. */
  claimAll(options?: Partial<ClaimOptions>): Promise<readonly Claim[]>;
  /** Claims all and returns the only claim; throws when there are more or none. */
  claimOne(options?: Partial<ClaimOptions>): Promise<Claim>;
}

/** `create` returns a started, empty store; `destroy` is called after each test. */
export function describeStoreContract(
  name: string,
  create: () => Promise<{ store: Store; destroy: () => Promise<void> }>,
): void {
  describe(`the ${name} store`, () => {
    let current: { store: Store; destroy: () => Promise<void> };
    beforeEach(async () => {
      current = await create();
    });
    afterEach(async () => {
      await current.destroy();
    });
    const underTest = (): StoreUnderTest => use(current.store);
    describeStoreFacts(underTest);
    describeStoreQueue(underTest);
    describeStoreSessions(underTest);
    describeStoreJudgements(underTest);
    describeStoreQueries(underTest);
  });
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
