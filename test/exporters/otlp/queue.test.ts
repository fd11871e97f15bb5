/** The durable sending queue, over a real store: what was taken arrives, whatever the server upstream does. */
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { OverflowError, UnavailableError } from "../../../src/model/errors.ts";
import { logRecordWith, spanWith } from "../../support/records.ts";
import { createTestStore, startTestStore, temporaryFolder } from "../../support/sqlite-store.ts";
import { accept, type AnswerUpstream, refuse, startUpstream, type Upstream } from "../../support/upstream.ts";
import { quick, startForwarder, until } from "./forwarder-under-test.ts";

const start = async ({ url }: Upstream, config: object = {}, rest: object = {}) =>
  startForwarder({ config: { endpoint: url, retry_on_failure: quick, ...config }, ...rest });

const numbered = (number: number) => spanWith({ spanId: number.toString(16).padStart(16, "0") });
const held: AnswerUpstream = () => undefined;
const idsOf = (requests: Upstream["requests"]): readonly string[] =>
  requests.flatMap(({ spans }) => spans.map(({ spanId }) => spanId));

describe("a forwarder with a queue", () => {
  test("sends what it took, in its order when one consumer sends", async () => {
    const upstream = await startUpstream();
    const { send, sendLogs, metric, queue } = await start(upstream, { sending_queue: { num_consumers: 1 } });
    for (let number = 1; number <= 5; number += 1) await send(numbered(number));
    await sendLogs(logRecordWith({}));
    await until(() => metric("sent_log_records") === 1);
    expect(idsOf(upstream.requests)).toEqual([1, 2, 3, 4, 5].map((number) => numbered(number).spanId));
    expect([metric("sent_spans"), metric("queue_size"), metric("queue_capacity")]).toEqual([5, 0, 1000]);
    expect(await queue.size()).toMatchObject({ requests: 0 });
  });

  test("keeps nobody waiting for a server that hangs, and shows what waits and what is under way", async () => {
    const upstream = await startUpstream({ answer: held });
    const { send, metric, queue } = await start(upstream, { sending_queue: { num_consumers: 3 } });
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 20 }, async (_, number) => send(numbered(number + 1))));
    expect(performance.now() - startedAt).toBeLessThan(3000);
    await until(() => upstream.requests.length === 3);
    expect([metric("queue_size"), metric("in_flight_requests"), metric("sent_spans")]).toEqual([20, 3, 0]);
    expect(await queue.size()).toMatchObject({ requests: 20 });
  });

  test("loses nothing to a server that fails seven times of ten, and sends nothing that it was not given", async () => {
    const upstream = await startUpstream({
      answer: (response, request, number) =>
        (Math.random() < 0.7 ? refuse([503, 429, 502, 504][number % 4]!) : accept)(response, request, number),
    });
    const { send, metric } = await start(upstream);
    const spans = Array.from({ length: 60 }, (_, number) => numbered(number + 1));
    await Promise.all(spans.map(async (span) => send(span)));
    await until(() => metric("sent_spans") === 60);
    expect(idsOf(upstream.taken).toSorted()).toEqual(spans.map(({ spanId }) => spanId).toSorted());
    expect([metric("send_failed_spans"), metric("enqueue_failed_spans"), metric("queue_size")]).toEqual([0, 0, 0]);
  });

  test("sets aside what the server does not want, counts it, and goes on", async () => {
    const upstream = await startUpstream({
      answer: (response, request, number) =>
        (request.spans[0]?.name === "bad" ? refuse(400) : accept)(response, request, number),
    });
    const { send, metric, queue, logger } = await start(upstream, { sending_queue: { num_consumers: 1 } });
    await send(spanWith({ name: "bad" }), spanWith({ name: "bad too" }));
    await send(spanWith({ name: "good" }));
    await until(() => metric("sent_spans") === 1);
    expect([metric("send_failed_spans"), metric("queue_size")]).toEqual([2, 0]);
    expect(await queue.size()).toMatchObject({ requests: 0 });
    expect(await queue.parkedSize()).toMatchObject({ requests: 1, items: 2 });
    expect(logger.lines).toMatchObject(
      [{ level: "error", fields: { count: 2, reason: "the server answered 400" }, message: /turnwise queue list/ }].map(
        ({ message, ...line }) => ({ ...line, message: expect.stringMatching(message) as unknown }),
      ),
    );
  });

  test("sends what was set aside when a person says so, as when a wrong key was mended", async () => {
    const upstream = await startUpstream({ answer: refuse(401) });
    const { send, metric, store } = await start(upstream, { sending_queue: { num_consumers: 1 } });
    for (let number = 1; number <= 3; number += 1) await send(numbered(number));
    await until(() => metric("send_failed_spans") === 3);
    upstream.answer = accept;
    const found = await store!.store.findParkedRequests({ project: "default", after: 0, limit: 10 });
    expect(found.map(({ reason }) => reason)).toEqual(Array.from({ length: 3 }, () => "the server answered 401"));
    const [dropped, ...retried] = found;
    await store!.store.decideParkedRequest({ project: "default", id: dropped!.id }, "drop");
    for (const { id } of retried) await store!.store.decideParkedRequest({ project: "default", id }, "retry");
    await until(() => metric("sent_spans") === 2);
    expect(idsOf(upstream.taken)).toEqual([2, 3].map((number) => numbered(number).spanId));
    expect(metric("queue_size")).toBe(0);
  });

  test("sets aside no more than may wait, so that a server that refuses everything fills no disk", async () => {
    const upstream = await startUpstream({ answer: refuse(404) });
    const sending_queue = { num_consumers: 1, queue_size: 2 };
    const { send, metric, queue, exporter, store } = await start(upstream, { sending_queue });
    for (let number = 1; number <= 4; number += 1) {
      await send(numbered(number));
      await until(() => metric("send_failed_spans") === number);
    }
    expect(await queue.parkedSize()).toMatchObject({ requests: 2 });
    const [first] = await store!.store.findParkedRequests({ project: "default", after: 0, limit: 1 });
    await store!.store.decideParkedRequest({ project: "default", id: first!.id }, "drop");
    await send(numbered(5));
    await until(() => metric("send_failed_spans") === 5);
    expect(await queue.parkedSize()).toMatchObject({ requests: 2 });

    await exporter.shutdown?.();
    const again = await start(upstream, { sending_queue }, { store });
    await again.send(numbered(6));
    await until(() => again.metric("send_failed_spans") === 1);
    expect(await queue.parkedSize()).toMatchObject({ requests: 2 });
  });

  test("gives up what could not be sent in the time it has, as the collector does", async () => {
    const upstream = await startUpstream({ answer: refuse(503) });
    const { send, metric, queue, logger } = await start(upstream, {
      retry_on_failure: { ...quick, max_elapsed_time: "500ms" },
    });
    await send();
    await until(() => metric("send_failed_spans") === 1);
    expect(upstream.requests.length).toBeGreaterThan(1);
    expect(await queue.size()).toMatchObject({ requests: 0 });
    const { fields } = logger.lines.find(({ level }) => level === "error")!;
    expect(fields).toMatchObject({ attempts: upstream.requests.length });
  });

  test("puts large requests through", async () => {
    const upstream = await startUpstream();
    const { send, metric } = await start(upstream);
    const span = spanWith({ name: "n".repeat(3_000_000) });
    await send(span);
    await until(() => metric("sent_spans") === 1);
    expect(upstream.requests).toMatchObject([{ spans: [span] }]);
  });
});

describe("a queue that is full", () => {
  test.each([
    ["requests", { queue_size: 2, sizer: "requests" }],
    ["records", { queue_size: 4, sizer: "items" }],
    ["bytes", { queue_size: 350, sizer: "bytes" }],
  ])("of %s has senders come again, and takes again when there is room", async (_, sending_queue) => {
    const upstream = await startUpstream({ answer: held });
    const { send, metric, logger } = await start(upstream, {
      sending_queue: { ...sending_queue, num_consumers: 1 },
      timeout: "1s",
    });
    const two = [spanWith({}), spanWith({ spanId: "00f067aa0ba902b7" })];
    await send(...two);
    await send(...two);
    await expect(send(...two)).rejects.toBeInstanceOf(OverflowError);
    expect(metric("enqueue_failed_spans")).toBe(2);
    expect(logger.lines.filter(({ level }) => level === "error")).toMatchObject([
      {
        message: expect.stringContaining("the sending queue is full") as unknown,
        fields: { signal: "traces", count: 2 },
      },
    ]);
    upstream.answer = accept;
    await until(() => metric("sent_spans") === 4);
    await send(...two);
    await until(() => metric("sent_spans") === 6);
    expect([metric("queue_size"), metric("send_failed_spans")]).toEqual([0, 0]);
  });

  test("takes a request that is larger than all of it when nothing else is there", async () => {
    const upstream = await startUpstream();
    const { send, metric } = await start(upstream, { sending_queue: { queue_size: 1, sizer: "bytes" } });
    await send();
    await until(() => metric("sent_spans") === 1);
    expect(upstream.requests).toHaveLength(1);
  });

  test("has senders wait instead when it is told to block", async () => {
    const upstream = await startUpstream({ answer: held });
    const sending_queue = { queue_size: 1, block_on_overflow: true, num_consumers: 1 };
    const { send, metric } = await start(upstream, { sending_queue, timeout: "300ms" });
    await send();
    let isTaken = false;
    const second = send().then(() => (isTaken = true));
    await until(() => upstream.requests.length === 1);
    expect(isTaken).toBe(false);
    upstream.answer = accept;
    await second;
    await until(() => metric("sent_spans") === 2);
    expect(metric("enqueue_failed_spans")).toBe(0);
  });

  test("lets those who wait go when it is shut down", async () => {
    const upstream = await startUpstream({ answer: held });
    const sending_queue = { queue_size: 1, block_on_overflow: true };
    const { send, exporter } = await start(upstream, { sending_queue });
    await send();
    const second = send().catch((error: unknown) => error);
    await exporter.shutdown?.(AbortSignal.abort());
    expect(await second).toBeInstanceOf(UnavailableError);
  });
});

describe("a restart", () => {
  test("sends what waited, and counts it against the size from the begin", async () => {
    const upstream = await startUpstream({ answer: refuse(503) });
    const store = await startTestStore();
    onTestFinished(() => store.destroy());
    const first = await start(upstream, {}, { store });
    await Promise.all([1, 2, 3].map(async (number) => first.send(numbered(number))));
    await first.exporter.shutdown?.();
    await first.exporter.shutdown?.();
    expect(await first.queue.size()).toMatchObject({ requests: 3 });
    const sent = upstream.requests.length;

    const full = await start(upstream, { sending_queue: { queue_size: 3 } }, { store });
    await expect(full.send(numbered(4))).rejects.toBeInstanceOf(UnavailableError);
    await full.exporter.shutdown?.();
    upstream.answer = accept;
    const second = await start(upstream, {}, { store });
    await until(() => second.metric("sent_spans") === 3);
    expect(idsOf(upstream.taken).toSorted()).toEqual([1, 2, 3].map((number) => numbered(number).spanId));
    expect(upstream.requests.length).toBeGreaterThan(sent);
  });

  test("lets what is under way finish, and does not send that again", async () => {
    let release: () => void = () => undefined;
    const upstream = await startUpstream({
      answer: (response, request, number) => {
        release = () => accept(response, request, number);
      },
    });
    const { send, exporter, queue, metric } = await start(upstream);
    await send();
    await until(() => upstream.requests.length === 1);
    const stopping = exporter.shutdown?.();
    setTimeout(() => release(), 100);
    await stopping;
    expect(metric("sent_spans")).toBe(1);
    expect(await queue.size()).toMatchObject({ requests: 0 });
  });

  test("does not wait for a server that hangs when it has to hurry, and keeps the request", async () => {
    const upstream = await startUpstream({ answer: held });
    const { send, exporter, queue, metric } = await start(upstream);
    await send();
    await until(() => upstream.requests.length === 1);
    const hurry = new AbortController();
    setTimeout(() => hurry.abort(), 100);
    const startedAt = performance.now();
    await exporter.shutdown?.(hurry.signal);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(await queue.size()).toMatchObject({ requests: 1 });
    expect([metric("sent_spans"), metric("send_failed_spans"), metric("in_flight_requests")]).toEqual([0, 0, 0]);
  });
});

describe("trouble with the queue itself", () => {
  /** Does something to the database behind the store's back. */
  const tamper = (dataDir: string, sql: string): void => {
    const db = new Database(join(dataDir, "turnwise.db"));
    db.exec(sql);
    db.close();
  };

  test.each([
    ["some", "item_no = 2", 1],
    ["all", "1", 3],
  ])("%s damaged items are set aside with the reason, and the others are sent", async (_, which, damaged) => {
    const upstream = await startUpstream({ answer: refuse(503) });
    const store = await startTestStore();
    onTestFinished(() => store.destroy());
    const first = await start(upstream, {}, { store });
    await Promise.all([1, 2, 3].map(async (number) => first.send(numbered(number))));
    await first.exporter.shutdown?.();
    tamper(
      store.dataDir,
      `UPDATE queue_slices SET bytes = zeroblob(length(bytes)) WHERE body_no IN (SELECT body_no FROM queue_items WHERE ${which})`,
    );
    upstream.answer = accept;
    const { metric, logger, queue, exporter } = await start(upstream, {}, { store });
    await until(() => metric("sent_spans") + metric("send_failed_spans") === 3);
    expect([metric("sent_spans"), metric("send_failed_spans"), metric("queue_size")]).toEqual([
      3 - damaged,
      damaged,
      0,
    ]);
    const errors = logger.lines.filter(({ level }) => level === "error");
    expect(errors).toHaveLength(damaged);
    expect(errors[0]).toMatchObject({ fields: { reason: "the bytes have changed", signal: "traces", count: 1 } });
    expect(await queue.size()).toMatchObject({ requests: 0 });
    await exporter.shutdown?.();
    const db = new Database(join(store.dataDir, "turnwise.db"), { readonly: true });
    expect(db.prepare("SELECT count(*) FROM queue_items WHERE parked = 'the bytes have changed'").pluck().get()).toBe(
      damaged,
    );
    expect(db.prepare("SELECT count(*) FROM queue_slices").pluck().get()).toBe(damaged);
    db.close();
  });

  test("a request that cannot be put into the server's form is set aside", async () => {
    const upstream = await startUpstream();
    const { queue, metric, logger, send } = await start(upstream, { encoding: "json" });
    await queue.put({ project: "default", signal: "traces", count: 2, bytes: Buffer.from("no protobuf") });
    await send();
    await until(() => metric("sent_spans") + metric("send_failed_spans") === 3);
    expect(logger.lines).toMatchObject([{ fields: { reason: "The body is not a well-formed protobuf message." } }]);
  });

  test("an authenticator that has no token yet delays what waits, and costs nothing", async () => {
    const upstream = await startUpstream();
    let token: string | undefined;
    const clientHeaders = () => {
      if (token === undefined) throw new Error("no token");
      return { authorization: token };
    };
    const auth = { authenticator: "bearertokenauth" };
    const { send, metric, logger } = await start(upstream, { auth }, { authenticator: { clientHeaders } });
    await send();
    await until(() => logger.lines.length > 0);
    expect(logger.lines).toMatchObject([{ fields: { reason: "the authenticator gives no usable headers" } }]);
    token = "no\nheader";
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    token = "Bearer t";
    await until(() => metric("sent_spans") === 1);
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer t"]);
  });

  test("a store that refuses has the senders come again, and costs nothing that was taken", async () => {
    const upstream = await startUpstream({ answer: refuse(503) });
    const dataDir = temporaryFolder();
    const first = createTestStore(dataDir);
    await first.store.start?.();
    const { send, exporter, metric, logger } = await start(upstream, {}, { store: first });
    await send();
    await until(() => upstream.requests.length > 0);
    await first.store.shutdown?.();
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
    expect(metric("enqueue_failed_spans")).toBe(1);
    await until(() => logger.lines.some(({ message }) => message.startsWith("the sending queue cannot be used")));
    await exporter.shutdown?.();

    upstream.answer = accept;
    const second = createTestStore(dataDir);
    await second.store.start?.();
    onTestFinished(() => second.destroy());
    const again = await start(upstream, {}, { store: second });
    await until(() => again.metric("sent_spans") === 1);
  });
});
