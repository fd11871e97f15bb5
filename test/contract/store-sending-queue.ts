/** The part of the battery that is about sending queues: `src/component/sending-queue.ts`. */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type {
  ParkedDecision,
  ParkedQuery,
  QueuedItem,
  QueuedRequest,
  SendingQueue,
} from "../../src/component/sending-queue.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const MEBIBYTE = 1024 * 1024;

export function describeStoreSendingQueue(underTest: () => StoreUnderTest): void {
  const queueOf = (exporter = "otlp_http"): SendingQueue => underTest().store.sendingQueueOf(exporter);
  const request = (fields: Partial<QueuedRequest> = {}): QueuedRequest => ({
    project: "default",
    signal: "traces",
    count: 3,
    bytes: Buffer.from("a request"),
    ...fields,
  });
  const waiting = async (queue: SendingQueue): Promise<readonly QueuedItem[]> => {
    const items: QueuedItem[] = [];
    for (let item = await queue.next(0); item !== undefined; item = await queue.next(item.id)) items.push(item);
    return items;
  };

  describe("a sending queue", () => {
    test("gives back what was put, oldest first", async () => {
      const queue = queueOf();
      await queue.put(request());
      await queue.put(request({ project: "other", signal: "logs", count: 7, bytes: Buffer.from("another one") }));
      const [first, second, ...rest] = await waiting(queue);
      expect(rest).toEqual([]);
      expect(first).toMatchObject({ project: "default", signal: "traces", count: 3, size: 9, attempts: 0 });
      expect(second).toMatchObject({ project: "other", signal: "logs", count: 7, size: 11, attempts: 0 });
      expect(Math.abs(Date.now() - Number(first?.createdAt))).toBeLessThan(10_000);
      expect(await queue.read(first!)).toEqual({ bytes: new Uint8Array(Buffer.from("a request")) });
      expect(await queue.read(second!)).toEqual({ bytes: new Uint8Array(Buffer.from("another one")) });
    });

    test("of one exporter holds nothing of another's", async () => {
      await queueOf("otlp_http/a").put(request());
      expect(await queueOf("otlp_http/b").next(0)).toBeUndefined();
      expect(await waiting(queueOf("otlp_http/a"))).toHaveLength(1);
    });

    test("never gives an id twice, so that who reads on misses nothing", async () => {
      const queue = queueOf();
      await queue.put(request());
      const first = await queue.next(0);
      await queue.remove(first!);
      await queue.put(request());
      expect((await queue.next(first!.id))?.id).toBeGreaterThan(first!.id);
    });

    test("keeps requests larger than one commit whole", async () => {
      const queue = queueOf();
      const bodies = [MEBIBYTE - 1, MEBIBYTE, MEBIBYTE + 1, 3 * MEBIBYTE + 5].map((size) => randomBytes(size));
      await Promise.all(bodies.map(async (bytes) => queue.put(request({ bytes }))));
      const items = await waiting(queue);
      const read = await Promise.all(items.map(async (item) => queue.read(item)));
      const found = read.map((stored) => ("bytes" in stored ? Buffer.from(stored.bytes) : stored.damage));
      for (const body of bodies) expect(found.some((bytes) => body.equals(bytes as Buffer))).toBe(true);
      expect((await queue.size()).bytes).toBe(bodies.reduce((sum, { length }) => sum + length, 0));
    });

    test("leaves the caller its bytes", async () => {
      const bytes = Buffer.from("mine");
      await queueOf().put(request({ bytes }));
      expect(bytes.toString()).toBe("mine");
    });

    test("knows its size", async () => {
      const queue = queueOf();
      expect(await queue.size()).toEqual({ requests: 0, items: 0, bytes: 0 });
      await queue.put(request());
      await queue.put(request({ count: 2 }));
      expect(await queue.size()).toEqual({ requests: 2, items: 5, bytes: 18 });
    });

    test("forgets what was removed", async () => {
      const queue = queueOf();
      await queue.put(request());
      await queue.put(request({ bytes: randomBytes(2 * MEBIBYTE) }));
      const items = await waiting(queue);
      for (const item of items) await queue.remove(item);
      for (const item of items) await queue.remove(item);
      expect(await waiting(queue)).toEqual([]);
      expect(await queue.size()).toEqual({ requests: 0, items: 0, bytes: 0 });
      expect(await queue.read(items[0]!)).toHaveProperty("damage");
    });

    test("counts the attempts in vain", async () => {
      const queue = queueOf();
      await queue.put(request());
      const item = await queue.next(0);
      await queue.retried(item!);
      await queue.retried(item!);
      expect(await queue.next(0)).toMatchObject({ id: item?.id, attempts: 2 });
    });

    test("keeps what is parked, and neither hands it out nor counts it", async () => {
      const queue = queueOf();
      await queue.put(request());
      const item = await queue.next(0);
      await queue.park(item!, "it is broken");
      expect(await queue.next(0)).toBeUndefined();
      expect(await queue.size()).toEqual({ requests: 0, items: 0, bytes: 0 });
      expect(await queue.read(item!)).toHaveProperty("bytes");
    });

    describe("what was set aside", () => {
      /** Two of ours and one of another project, set aside in this order. */
      const parked = async (): Promise<SendingQueue> => {
        const queue = queueOf();
        for (const project of ["ours", "theirs", "ours"]) await queue.put(request({ project, count: 3 }));
        for (const item of await waiting(queue)) await queue.park(item, `refused ${item.id}`);
        return queue;
      };
      const listed = async (query: Partial<ParkedQuery> = {}) =>
        underTest().store.findParkedRequests({ project: "ours", after: 0, limit: 10, ...query });

      test("is listed for its project, oldest first, with the reason, in pages", async () => {
        const queue = await parked();
        const [first, second, ...rest] = await listed();
        expect(rest).toEqual([]);
        expect(first).toMatchObject({ exporter: "otlp_http", project: "ours", signal: "traces", count: 3, size: 9 });
        expect([first?.reason, first?.createdAt]).toEqual([`refused ${first?.id}`, expect.any(Date)]);
        expect(second?.id).toBeGreaterThan(first!.id);
        expect(await listed({ limit: 1 })).toEqual([first]);
        expect(await listed({ after: first!.id })).toEqual([second]);
        expect(await listed({ exporter: "otlp_grpc" })).toEqual([]);
        expect(await listed({ exporter: "otlp_http" })).toHaveLength(2);
        expect(await queue.parkedSize()).toEqual({ requests: 3, items: 9, bytes: 27 });
      });

      test("waits again behind all others when a person says so, and is told to the exporter's queue", async () => {
        const queue = await parked();
        const decisions: ParkedDecision[] = [];
        queue.onDecision((decision) => decisions.push(decision));
        queueOf("otlp_grpc").onDecision(() => expect.unreachable());
        const [first] = await listed();
        expect(await underTest().store.decideParkedRequest({ project: "ours", id: first!.id }, "retry")).toBe(true);
        const [again, ...others] = await waiting(queue);
        expect(others).toEqual([]);
        expect(again).toMatchObject({ project: "ours", count: 3, attempts: 0, createdAt: first?.createdAt });
        expect(again?.id).toBeGreaterThan(first!.id);
        expect(await queue.read(again!)).toEqual({ bytes: new Uint8Array(Buffer.from("a request")) });
        expect(decisions).toEqual([{ kind: "retry", exporter: "otlp_http", count: 3, size: 9 }]);
        expect(await listed()).toHaveLength(1);
      });

      test("is forgotten when a person says so", async () => {
        const queue = await parked();
        const [first] = await listed();
        expect(await underTest().store.decideParkedRequest({ project: "ours", id: first!.id }, "drop")).toBe(true);
        expect(await listed()).toHaveLength(1);
        expect(await waiting(queue)).toEqual([]);
        expect(await queue.read(first!)).toHaveProperty("damage");
      });

      test.each(["retry", "drop"] as const)("is nobody else's to %s, and nothing that waits can be", async (kind) => {
        const queue = await parked();
        const [first] = await listed();
        const { store } = underTest();
        expect(await store.decideParkedRequest({ project: "theirs", id: first!.id }, kind)).toBe(false);
        await queue.put(request({ project: "ours" }));
        const [one] = await waiting(queue);
        expect(await store.decideParkedRequest({ project: "ours", id: one!.id }, kind)).toBe(false);
        expect(await store.decideParkedRequest({ project: "ours", id: 999_999 }, kind)).toBe(false);
        expect([await listed(), await waiting(queue)]).toMatchObject([{ length: 2 }, { length: 1 }]);
      });
    });
  });
}
