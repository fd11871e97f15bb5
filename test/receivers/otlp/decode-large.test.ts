import { readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { PermanentError, UnavailableError } from "../../../src/model/errors.ts";
import type { SentBody } from "../../../src/receivers/otlp/decode-body.ts";
import { createDecodeThread, type DecodeThreadOptions } from "../../../src/receivers/otlp/decode-large.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { bodiesOf, spansBody } from "./bodies.ts";

const MEBIBYTE = 1024 * 1024;

function startThread(options?: DecodeThreadOptions) {
  const logger = recordingLogger();
  const thread = createDecodeThread(logger, options);
  onTestFinished(async () => thread.shutdown());
  return { ...thread, logger };
}

/** A copy each: a body is given away. */
const sentOf = (fields: Partial<SentBody> = {}): SentBody => ({
  transport: "http",
  signal: "traces",
  encoding: "protobuf",
  coding: "identity",
  limit: 64 * MEBIBYTE,
  ...fields,
  body: new Uint8Array(fields.body ?? spansBody(3)),
});

/** More JSON values than a small heap can hold. */
const heavy = Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${'{"a":[]},'.repeat(300_000)}{}]}]}]}`);
const threads = (): number => readdirSync("/proc/self/task").length;

describe("the decode thread", () => {
  test.each(bodiesOf(3))("finds the records of $signal in $encoding", async ({ signal, encoding, body }) => {
    const { records, rejected } = await startThread().decode(sentOf({ signal, encoding, body }));
    expect([records.signal, rejected]).toEqual([signal, 0]);
    expect(records.signal === "metrics" ? records.count : records.encoded.records.length / 3).toBe(3);
  });

  test("gives each caller its own answer, in whatever order they end", async () => {
    const { decode } = startThread();
    const counts = [5, 1, 4, 2, 3];
    const decoded = await Promise.all(counts.map(async (count) => decode(sentOf({ body: spansBody(count) }))));
    expect(decoded.map(({ records }) => "encoded" in records && records.encoded.records.length / 3)).toEqual(counts);
  });

  test("refuses what is malformed or too large as the same refusal, and goes on", async () => {
    const { decode, logger } = startThread();
    await expect(decode(sentOf({ body: Buffer.from("malformed") }))).rejects.toMatchObject({
      name: "RequestRefusal",
      httpStatus: 400,
      reason: "malformed",
    });
    const bomb = gzipSync(Buffer.alloc(MEBIBYTE));
    await expect(decode(sentOf({ coding: "gzip", body: bomb, limit: 1000 }))).rejects.toMatchObject({
      httpStatus: 413,
    });
    await expect(decode(sentOf({ coding: "gzip" }))).rejects.toMatchObject({ httpStatus: 400, rpcCode: 3 });
    await expect(decode(sentOf({ coding: "gzip", transport: "grpc" }))).rejects.toMatchObject({ rpcCode: 13 });
    expect((await decode(sentOf())).rejected).toBe(0);
    expect(logger.lines).toEqual([]);
  });

  test("takes away no more than the body from whoever gives it", async () => {
    const { decode } = startThread();
    const slab = Buffer.concat([Buffer.from("before"), spansBody(2)]);
    await decode({ ...sentOf(), body: slab.subarray(6) });
    expect(slab.toString("latin1", 0, 6)).toBe("before");
  });

  test("tells of what nobody foresaw with its cause", async () => {
    const { decode } = startThread();
    // @ts-expect-error -- such a signal does not exist
    const failed: unknown = await decode(sentOf({ signal: "profiles" })).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(PermanentError);
    expect(failed).toMatchObject({ message: "The request could not be decoded." });
    expect(failed instanceof Error && String(failed.cause)).toContain("not a function");
  });

  test("that dies has what it had in hand sent again, says so, and is started anew", async () => {
    const { decode, logger } = startThread({ heapMib: 16 });
    const lost = await Promise.allSettled([decode(sentOf({ encoding: "json", body: heavy })), decode(sentOf())]);
    expect(lost.map((result) => result.status === "rejected" && result.reason instanceof UnavailableError)).toEqual([
      true,
      true,
    ]);
    expect(logger.lines).toMatchObject([{ level: "error", message: "the thread that decodes large bodies died" }]);
    expect((await decode(sentOf())).rejected).toBe(0);
  });

  test("ends when it has nothing to do, and is started again for the next body", async () => {
    const before = threads();
    const { decode } = startThread({ idleMs: 20 });
    await decode(sentOf());
    await vi.waitFor(() => expect(threads()).toBeLessThanOrEqual(before));
    expect((await decode(sentOf())).rejected).toBe(0);
  });

  test("ends at a shutdown with what it has in hand, and takes nothing more", async () => {
    const { decode, shutdown } = startThread();
    const pending = decode(sentOf({ encoding: "json", body: heavy }));
    await Promise.all([shutdown(), expect(pending).rejects.toBeInstanceOf(UnavailableError)]);
    await shutdown();
    await expect(decode(sentOf())).rejects.toBeInstanceOf(UnavailableError);
  });
});
