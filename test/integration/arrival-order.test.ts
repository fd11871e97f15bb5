/**
 * Whatever the order in which requests arrive, and however much of a conversation was already built and joined in between, the
 * sessions end up the same. Without conversation ids every trace begins as a session of its own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { conversationKeys } from "../../src/dialects/conversation-keys.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";
import type { OtlpRequest } from "../../src/otlp/read-request.ts";
import { startJudgePipeline } from "../../src/service/judge-pipeline.ts";
import type { Store } from "../../src/component/store.ts";
import { deliver, loadCapture } from "../support/captures.ts";
import { problemsOf } from "../support/compare-sessions.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { createTestStore } from "../support/sqlite-store.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const telemetry = { count() {}, gauge() {} };
const project = "default";
const idleMs = 20;

const withoutIds = [
  "openinference-openai-bare",
  "traceloop-openai-bare",
  "otel-contrib-openai",
  "otel-contrib-openai-bare",
  "openinference-agents",
];

async function write(store: Store, { spans, logRecords }: OtlpRequest): Promise<void> {
  if (spans.length > 0) await store.writeSpans(encodeSpans(spans), { project });
  if (logRecords.length > 0) await store.writeLogRecords(encodeLogRecords(logRecords), { project });
}

/** Waits until every session is done and stays so for longer than the idle time. */
async function settled(store: Store): Promise<readonly string[]> {
  for (let calm = 0, last = ""; ;) {
    const { sessions } = await store.findSessions({ project, limit: 100 });
    const state = JSON.stringify(sessions.map(({ id, status, revision }) => [id, status, revision]));
    calm = state === last && sessions.every(({ status }) => status === "completed") ? calm + 1 : 0;
    if (calm === 10) return sessions.map(({ id }) => id);
    last = state;
    await sleep(idleMs);
  }
}

describe.each(withoutIds)("%s", (name) => {
  // test/session has more seeds of the same, in memory.
  it("becomes the same session, whatever comes twice and in which order", { timeout: 60_000 }, async () => {
    const { requests, expected } = loadCapture(name);
    const { store, destroy } = createTestStore(undefined, [...conversationKeys]);
    await store.start?.();
    const pipeline = startJudgePipeline({ store, judges: [], idleMs, logger: silent, telemetry });
    const random = seededRandom(2);
    for (const request of deliver(requests, "twice and shuffled", 2)) {
      await write(store, request);
      if (random() < 0.05) await sleep(random() * 3 * idleMs); // long enough for some sessions to be built
    }
    const ids = await settled(store);
    const sessions = await Promise.all(ids.map(async (id) => (await store.getSession({ project, id }))?.session));
    expect(
      problemsOf(
        expected,
        sessions.flatMap((session) => session ?? []),
      ),
    ).toEqual([]);
    await pipeline.stop();
    await destroy();
  });
});
