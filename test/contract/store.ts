/** The battery that every store must pass: each sentence of `src/component/store.ts` is a test in one of its parts. */
import { afterEach, beforeEach, describe } from "vitest";
import type { Store } from "../../src/component/store.ts";
import { describeStoreAccounts } from "./store-accounts.ts";
import { describeStoreBackfills } from "./store-backfills.ts";
import { describeStoreDatasets } from "./store-datasets.ts";
import { describeStoreFacts } from "./store-facts.ts";
import { describeStoreIntakes } from "./store-intakes.ts";
import { describeStoreJudgeSpans } from "./store-judge-spans.ts";
import { describeStoreJudgements } from "./store-judgements.ts";
import { describeStoreJudging } from "./store-judging.ts";
import { describeStoreLabels } from "./store-labels.ts";
import { describeStoreMessages } from "./store-messages.ts";
import { describeStoreMetricScores } from "./store-metric-scores.ts";
import { describeStoreQueries } from "./store-queries.ts";
import { describeStoreQueue } from "./store-queue.ts";
import { describeStoreRebuilds } from "./store-rebuilds.ts";
import { describeStoreRunResults } from "./store-run-results.ts";
import { describeStoreRuns } from "./store-runs.ts";
import { describeStoreSendingQueue } from "./store-sending-queue.ts";
import { describeStoreSessions } from "./store-sessions.ts";
import { describeStoreWaiting } from "./store-waiting.ts";
import { type StoreUnderTest, use } from "./store-under-test.ts";

/**
 * `create` returns a started, empty store with the `conversationKeys` of store-under-test.ts; `destroy` is called after each
 * test.
 */
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
    describeStoreMessages(underTest);
    describeStoreSessions(underTest);
    describeStoreRebuilds(underTest);
    describeStoreBackfills(underTest);
    describeStoreLabels(underTest);
    describeStoreJudgements(underTest);
    describeStoreJudgeSpans(underTest);
    describeStoreJudging(underTest);
    describeStoreMetricScores(underTest);
    describeStoreQueries(underTest);
    describeStoreSendingQueue(underTest);
    describeStoreIntakes(underTest);
    describeStoreWaiting(underTest);
    describeStoreAccounts(underTest);
    describeStoreDatasets(underTest);
    describeStoreRuns(underTest);
    describeStoreRunResults(underTest);
  });
}
