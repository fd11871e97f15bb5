/** A thousand readers of event streams, in counts; the benchmark of the API says what they take in memory. */
import { expect, test } from "vitest";
import type { Store } from "../../src/component/store.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { type ApiServer, ask, hello, judge, startApi } from "./api-server.ts";
import { type EventReader, readEvents } from "./event-reader.ts";

const messagesBuilt = { ...built, source: "messages" } as const;
const many = 1000;

/** Counts how often sessions are read, and how many watch the store. */
function counting(store: Store) {
  const counts = { reads: 0, watching: 0 };
  const counted = new Proxy(store, {
    get(target, name, receiver) {
      if (name === "getSession")
        return async (ref: Parameters<Store["getSession"]>[0]) => {
          counts.reads += 1;
          return target.getSession(ref);
        };
      if (name === "watch")
        return (listener: Parameters<Store["watch"]>[0]) => {
          const unwatch = target.watch(listener);
          counts.watching += 1;
          return () => {
            counts.watching -= 1;
            unwatch();
          };
        };
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  return { counts, store: counted };
}

async function withCounts(run: (api: ApiServer, counts: { reads: number; watching: number }) => Promise<void>) {
  const underneath = await startApi();
  const { counts, store } = counting(underneath.store);
  const api = await startApi({ store });
  await run({ ...api, store: underneath.store }, counts);
  await api.close();
  await underneath.close();
}

const openAll = async (api: ApiServer, ids: readonly string[]): Promise<readonly EventReader[]> =>
  Promise.all(ids.map(async (id) => readEvents(`${api.url}/api/v1/traces/${id}/stream`)));
const judgeIt = async (api: ApiServer, id: string) =>
  judge(api.store, id, { built: messagesBuilt, turns: turnJudgements, trajectory });

test(
  "a thousand readers of one session are all told everything, by few readings; one more is told to come later",
  { timeout: 60_000 },
  async () => {
    await withCounts(async (api, counts) => {
      const { id } = await api.store.createMessageSession(hello);
      const readers = await openAll(
        api,
        Array.from({ length: many }, () => id),
      );
      expect(new Set(readers.map(({ response }) => response.statusCode))).toEqual(new Set([200]));
      const refused = await ask(api, `/api/v1/traces/${id}/stream`);
      expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "10"]);
      const before = counts.reads;
      await judgeIt(api, id);
      const ends = await Promise.all(readers.map(async (reader) => (await reader.rest()).map(({ event }) => event)));
      const told = ends.filter((events) => events.join() === "judgement,judgement,done");
      expect(told).toHaveLength(many);
      expect(counts.reads - before).toBeLessThan(many / 2);
      expect(counts.watching).toBe(0);
      expect((await ask(api, `/api/v1/traces/${id}/stream`, { method: "HEAD" })).status).toBe(200);
    });
  },
);

test("a thousand readers of many sessions hear of their own only", { timeout: 60_000 }, async () => {
  await withCounts(async (api, counts) => {
    const created = await api.store.createMessageSessions(Array.from({ length: many }, () => hello));
    const ids = created.flatMap((session) => ("id" in session ? session.id : []));
    const readers = await openAll(api, ids);
    expect(counts.watching).toBe(many);
    const before = counts.reads;
    await judgeIt(api, ids[7]!);
    expect((await readers[7]!.rest()).map(({ data }) => data.session_id)).toEqual([ids[7], ids[7], ids[7]]);
    // Claiming told each of them that its session is being judged.
    expect(counts.reads - before).toBeLessThan(many * 3);
    for (const reader of readers) reader.close();
    await expect.poll(() => counts.watching, { timeout: 20_000 }).toBe(0);
  });
});
