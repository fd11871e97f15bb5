import { expect, test } from "vitest";
import { followSession } from "../../src/api/follow-session.ts";
import type { JudgedSession, SessionNotice, Store } from "../../src/component/store.ts";
import { summariseScores } from "../../src/model/score-summary.ts";
import type { SessionStatus } from "../../src/model/session.ts";
import { storeWith } from "../support/store-with.ts";
import { builtSession } from "../support/built-sessions.ts";

const ref = { project: "default", id: "a" };
const stored = {
  createdAt: new Date(0),
  lastActivityAt: new Date(0),
  revision: 1,
  metadata: {},
  judging: { evaluateSafety: false },
};

interface CountingStore {
  readonly store: Store;
  readonly reads: () => number;
  readonly become: (next: SessionStatus) => void;
}

/** A store of one session that counts how often it is read, and tells its watchers when its status changes. */
function countingStore(): CountingStore {
  const watchers = new Set<(notice: SessionNotice) => void>();
  let status: SessionStatus = "open";
  let reads = 0;
  const sessionNow = (): JudgedSession => ({
    session: { ...builtSession(1), ...ref, ...stored, status },
    turnJudgements: new Map(),
    summary: summariseScores(1, [], null),
    judging: [],
  });
  const store = storeWith({
    async getSession() {
      reads += 1;
      return sessionNow();
    },
    watch(listener) {
      watchers.add(listener);
      return () => void watchers.delete(listener);
    },
  });
  return {
    store,
    reads: () => reads,
    become(next: SessionStatus) {
      status = next;
      for (const tell of watchers) tell({ ...ref, kind: "session-updated" });
    },
  };
}

/** Undefined at the end. */
async function nextStatus(follower: AsyncGenerator<JudgedSession, void>): Promise<SessionStatus | undefined> {
  const { value } = await follower.next();
  return value?.session.status;
}

test("many who follow one session read it together, and each sees every change", { timeout: 20_000 }, async () => {
  const { store, reads, become } = countingStore();
  const gone = new AbortController().signal;
  const followers = Array.from({ length: 500 }, () => followSession(store, ref, gone));
  const next = async () => Promise.all(followers.map(nextStatus));
  const all = (status: SessionStatus) => Array.from({ length: 500 }, () => status);
  expect(await next()).toEqual(all("open"));
  expect(reads()).toBe(1);
  for (const status of ["running", "completed"] as const) {
    const before = reads();
    const waiting = next();
    become(status);
    expect(await waiting).toEqual(all(status));
    expect(reads() - before).toBeLessThan(25); // timers that end together wake in few turns of the event loop
  }
});

test("a reading that had begun before a change is not what is shown after it", async () => {
  const { store, become } = countingStore();
  const gone = new AbortController().signal;
  const [first, second] = [followSession(store, ref, gone), followSession(store, ref, gone)];
  expect(await nextStatus(first)).toBe("open");
  become("completed");
  expect(await nextStatus(second)).toBe("completed");
  expect(await nextStatus(first)).toBe("completed");
});
