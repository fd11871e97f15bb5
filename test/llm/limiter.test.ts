import { describe, expect, it } from "vitest";
import { createLimiter, sharedLimiter } from "../../src/llm/limiter.ts";

const never = new AbortController().signal;

describe("createLimiter", () => {
  it("admits up to its maximum, then in order of arrival as places come free", async () => {
    const limiter = createLimiter(2);
    const first = await limiter.acquire(never);
    await limiter.acquire(never);
    const admitted: number[] = [];
    const third = limiter.acquire(never).then(() => admitted.push(3));
    const fourth = limiter.acquire(never).then(() => admitted.push(4));
    await new Promise(setImmediate);
    expect(admitted).toEqual([]);
    first.release();
    await third;
    expect(admitted).toEqual([3]);
    expect(limiter.active).toBe(2);
    void fourth;
  });

  it("gives a place back once, however often it is released", async () => {
    const limiter = createLimiter(1);
    const slot = await limiter.acquire(never);
    slot.release();
    slot.release();
    expect(limiter.active).toBe(0);
  });

  it("halves on a 429, never below one, and grows by one for as many successes as the limit", async () => {
    const limiter = createLimiter(8);
    const slot = await limiter.acquire(never);
    slot.rateLimited(Date.now(), 0);
    expect(limiter.limit).toBe(4);
    for (let i = 0; i < 5; i++) slot.succeeded();
    expect(limiter.limit).toBe(5);
    for (let i = 0; i < 10; i++) slot.rateLimited(Date.now() + 1_000, 0);
    expect(limiter.limit).toBe(1);
    for (let i = 0; i < 100; i++) slot.succeeded();
    expect(limiter.limit).toBe(8);
  });

  it("is cut once by all the requests that were under way together", async () => {
    const limiter = createLimiter(8);
    const slot = await limiter.acquire(never);
    const begunAt = Date.now() - 10;
    for (let i = 0; i < 8; i++) slot.rateLimited(begunAt, 0);
    expect(limiter.limit).toBe(4);
  });

  it("tells who would wait for too long that the endpoint is left alone, and until when", async () => {
    const limiter = createLimiter(4);
    const slot = await limiter.acquire(never);
    slot.rateLimited(Date.now(), 3_600_000);
    slot.release();
    await expect(limiter.acquire(never, 180_000)).rejects.toMatchObject({
      code: "rate_limited",
      retryable: true,
      usesTry: false,
      retryAfterSeconds: 3600,
    });
    expect(limiter.active).toBe(0);
  });

  it("admits nobody new while the endpoint asks to wait", async () => {
    const limiter = createLimiter(4);
    const slot = await limiter.acquire(never);
    slot.rateLimited(Date.now(), 150);
    const begun = performance.now();
    await limiter.acquire(never);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(140);
  });

  it("lets go of who no longer waits, in the queue and in a hold", async () => {
    const limiter = createLimiter(1);
    const slot = await limiter.acquire(never);
    const queued = new AbortController();
    const waiting = limiter.acquire(queued.signal);
    queued.abort(new Error("gone"));
    await expect(waiting).rejects.toThrow("gone");
    slot.rateLimited(Date.now(), 60_000);
    slot.release();
    const held = new AbortController();
    const holding = limiter.acquire(held.signal);
    setTimeout(() => held.abort(new Error("gone too")), 10);
    await expect(holding).rejects.toThrow("gone too");
    expect(limiter.active).toBe(0);
    await expect(limiter.acquire(AbortSignal.abort(new Error("never came")))).rejects.toThrow("never came");
  });
});

describe("sharedLimiter", () => {
  it("is one for an endpoint and key", () => {
    const limiter = sharedLimiter("http://a/v1", "key", 4);
    expect(sharedLimiter("http://a/v1", "key", 4)).toBe(limiter);
    expect(sharedLimiter("http://a/v1", "other", 4)).not.toBe(limiter);
    expect(sharedLimiter("http://b/v1", "key", 4)).not.toBe(limiter);
  });
});
