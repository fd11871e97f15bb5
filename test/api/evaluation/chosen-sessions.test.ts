import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chosenSessions } from "../../../src/api/evaluation/chosen-sessions.ts";
import { itemsOfSessions } from "../../../src/api/evaluation/items-of-sessions.ts";
import { readJudgedTurns } from "../../../src/api/evaluation/judged-turns.ts";
import type { SqliteStore } from "../../../src/stores/sqlite.ts";
import { builtSession, turnJudgement } from "../../support/built-sessions.ts";
import { startTestStore, type TestStore } from "../../support/sqlite-store.ts";
import { hello, judge } from "../api-server.ts";

const project = "default";
const { signal } = new AbortController();
let test: TestStore;
let store: SqliteStore;
/** As a list of them has them. */
let ids: string[];

beforeAll(async () => {
  test = await startTestStore();
  ({ store } = test);
  for (let number = 0; number < 3; number++) {
    const { id } = await store.createMessageSession({ ...hello, project });
    await judge(store, id, { built: builtSession(1), turns: [turnJudgement(1, 1)] });
  }
  ids = (await store.findSessions({ project, limit: 10 })).sessions.map(({ id }) => id);
});
afterAll(async () => test.destroy());

type Sessions = Pick<SqliteStore, "findSessions" | "getSession">;

/** As while sessions are listed one of them is joined to another: its id leads there. */
const whereJoined = (from: string | undefined, to = ""): Sessions => ({
  findSessions: async (query) => store.findSessions(query),
  getSession: async (ref) => store.getSession({ ...ref, id: ref.id === from ? to : ref.id }),
});

describe("chosen sessions", () => {
  it("are read in the order of a list, no more than were asked for", async () => {
    const found: string[] = [];
    for await (const { session } of chosenSessions(store, project, { limit: 2 }, signal)) found.push(session.id);
    expect(found).toEqual(ids.slice(0, 2));
  });

  it.each([
    [2, true],
    [3, false],
    [4, false],
  ])("are read page by page until there are %i", async (limit, hasMore) => {
    const inPagesOfOne: Sessions = {
      findSessions: async (query) => store.findSessions({ ...query, limit: 1 }),
      getSession: async (ref) => store.getSession(ref),
    };
    const read = await readJudgedTurns(inPagesOfOne, project, { limit }, signal);
    expect(read.turns.map(({ sessionId }) => sessionId)).toEqual(ids.slice(0, limit));
    expect(read.hasMore).toBe(hasMore);
  });

  it("count once when one is joined to another meanwhile", async () => {
    const joined = whereJoined(ids[0], ids[1]);
    const { turns } = await readJudgedTurns(joined, project, { limit: 3 }, signal);
    expect(turns.map(({ sessionId }) => sessionId)).toEqual(ids.slice(1));
    const evaluated: unknown[] = [];
    for await (const { origin } of itemsOfSessions(joined, project, { limit: 3 }, signal))
      evaluated.push(origin?.sessionId);
    expect(evaluated).toEqual(ids.slice(1));
  });

  it("are read no further when nobody waits any more", async () => {
    const gone = AbortSignal.abort(new Error("gone"));
    await expect(readJudgedTurns(store, project, { limit: 3 }, gone)).rejects.toThrow("gone");
  });
});
