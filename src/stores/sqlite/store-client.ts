/** The Store's contract as calls to the writer and to a reader, wherever these run. */
import type { Component } from "../../component/component.ts";
import type { ParkedDecision } from "../../component/sending-queue.ts";
import type { SessionFacts, SessionNotice, Store } from "../../component/store.ts";
import { createAccountClient } from "./account-client.ts";
import { createBackfillClient } from "./backfill-client.ts";
import { createEvaluationClient } from "./evaluation-client.ts";
import { createIntakeClient } from "./intake-client.ts";
import { encodeJudgeSpans } from "./judge-span-rows.ts";
import { createLabelClient } from "./label-client.ts";
import { createListeners } from "./listeners.ts";
import { createMessageClient } from "./message-client.ts";
import { createQueueClient } from "./queue-client.ts";
import type { ReadOperations } from "./read-operations.ts";
import type { WaitingQueue } from "./read-queue.ts";
import { toSessionChange } from "./session-change.ts";
import { createRecordWrites } from "./record-writes.ts";
import type { Call } from "./rpc.ts";
import { createAnswerClient, createSpendClient } from "./spend-client.ts";
import type { WriteOperations } from "./write-operations.ts";

/** What a thread may have waiting for the disk when nobody says otherwise. */
const DEFAULT_MAX_QUEUED_BYTES = 64 * 1024 * 1024;

export interface StoreClientOptions {
  readonly write: Call<WriteOperations>;
  readonly read: Call<ReadOperations>;
  /** Whether anybody listens has changed. Resolves when the writer knows. */
  readonly onWatch: (watches: boolean) => Promise<void>;
  /** More must not wait for the disk, of small requests and of large ones each: the senders keep it and send it again. */
  readonly maxQueuedBytes?: number;
}

export interface StoreClient {
  readonly operations: Omit<Store, keyof Component>;
  /** Passes notices from the writer on to the listeners. */
  readonly hear: (notices: readonly SessionNotice[]) => void;
  readonly watches: () => boolean;
  /** Bytes of records that are on their way to the disk. */
  readonly queuedBytes: () => number;
  /** Sending queues with requests that nobody has asked for. */
  readonly abandonedQueues: () => Promise<readonly WaitingQueue[]>;
}

export function createStoreClient(options: StoreClientOptions): StoreClient {
  const { write, onWatch, maxQueuedBytes = DEFAULT_MAX_QUEUED_BYTES } = options;
  const listeners = createListeners(onWatch);
  const usedQueues = new Map<string, ((decision: ParkedDecision) => void)[]>();
  const records = createRecordWrites(write, maxQueuedBytes);
  const read: typeof options.read = async (name, args) => {
    await listeners.heard();
    return options.read(name, args);
  };

  async function notingDamage<Facts extends SessionFacts>(facts: Facts): Promise<Facts> {
    if (facts.damaged !== undefined) await write("noteDamage", [facts.damaged]);
    return facts;
  }

  const operations: StoreClient["operations"] = {
    writeSpans: (encoded, { project }) => records.write("writeSpans", encoded, project),
    writeLogRecords: (encoded, { project }) => records.write("writeLogRecords", encoded, project),
    ...createMessageClient(write),
    closeSession: (ref) => write("closeSession", [ref]),
    requestJudgement: (ref, judge) => write("requestJudgement", [ref, judge]),
    requestBuild: (ref) => write("requestBuild", [ref]),
    requestBuilds: (buildsOptions) => write("requestBuilds", [buildsOptions]),
    cancelBuilds: (project) => write("cancelBuilds", [project]),
    deleteSession: (ref) => write("deleteSession", [ref]),
    deleteSessions: (deleteOptions) => write("deleteSessions", [deleteOptions]),
    claimSessions: (claimOptions) => write("claimSessions", [claimOptions]),
    renewClaim: (claim, leaseMs) => write("renewClaim", [claim, leaseMs]),
    releaseClaim: (claim, outcome) => write("releaseClaim", [claim, outcome]),
    saveSession: (claim, built, links, before) => write("saveSession", [claim, toSessionChange(built, links, before)]),
    joinSession: (claim, into) => write("joinSession", [claim, into]),
    saveTurnJudgement: (claim, record, spans = []) =>
      write("saveTurnJudgement", [claim, record, encodeJudgeSpans(spans)]),
    saveTrajectoryJudgement: (claim, record, spans = []) =>
      write("saveTrajectoryJudgement", [claim, record, encodeJudgeSpans(spans)]),
    readJudgeSpans: (query) => read("readJudgeSpans", [query]),
    readFacts: async (ref) => notingDamage(await read("readFacts", [ref])),
    readNewFacts: async (ref, cursor) => notingDamage(await read("readNewFacts", [ref, cursor])),
    findLinkedSessions: (ref, links, limit) => read("findLinkedSessions", [ref, links, limit]),
    readJudgements: (ref) => read("readJudgements", [ref]),
    getSession: (ref) => read("getSession", [ref]),
    findSessions: (query) => read("findSessions", [query]),
    countSessions: (query) => read("countSessions", [query]),
    countRequestedBuilds: (project) => read("countRequestedBuilds", [project]),
    countWaiting: () => read("countWaiting", []),
    sendingQueueOf(exporter) {
      const deciders = usedQueues.get(exporter) ?? [];
      usedQueues.set(exporter, deciders);
      return createQueueClient({ write, read, onDecision: (listener) => void deciders.push(listener) }, exporter);
    },
    accounts: createAccountClient({ write, read }),
    intakes: createIntakeClient({ write, read }),
    resumeJudging: () => write("resumeJudging", []),
    spend: createSpendClient({ write, read }),
    answers: createAnswerClient({ write, read }),
    labels: createLabelClient({ write, read }),
    evaluations: createEvaluationClient({ write, read }),
    metricScores: {
      read: (ref) => read("readMetricScores", [ref]),
      save: (claim, scores) => write("saveMetricScores", [claim, scores]),
    },
    backfills: createBackfillClient({ write, read }),
    findParkedRequests: (query) => read("findParkedRequests", [query]),
    async decideParkedRequest(ref, kind) {
      const decision = await write("decideParkedRequest", [ref, kind]);
      if (decision === undefined) return false;
      for (const decide of usedQueues.get(decision.exporter) ?? []) decide(decision);
      return true;
    },

    watch: listeners.watch,
  };

  return {
    operations,
    hear: listeners.hear,
    watches: listeners.watches,
    queuedBytes: records.queuedBytes,
    async abandonedQueues() {
      return (await read("waitingQueues", [])).filter(({ exporter }) => !usedQueues.has(exporter));
    },
  };
}
