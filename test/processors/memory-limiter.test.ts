import { afterEach, describe, expect, test, vi } from "vitest";
import { createMemoryLimiter, memoryLimiter, thresholdsOf } from "../../src/processors/memory-limiter.ts";
import type { Processor } from "../../src/component/processor.ts";
import { UnavailableError } from "../../src/model/errors.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { recordingLogger } from "../support/recording-logger.ts";

const mebibyte = 2 ** 20;
const metrics = { signal: "metrics", count: 3 } as const;
const context = { project: "default" };

describe("the configuration", () => {
  test.each([
    [{}, ["'check_interval' must be greater than zero", "'limit_mib' or 'limit_percentage' must be greater than zero"]],
    [{ check_interval: "1s" }, ["'limit_mib' or 'limit_percentage' must be greater than zero"]],
    [{ limit_mib: 10 }, ["'check_interval' must be greater than zero"]],
    [
      { check_interval: "1s", limit_mib: 10, spike_limit_mib: 10 },
      ["'spike_limit_mib' must be smaller than 'limit_mib'"],
    ],
    [
      { check_interval: "1s", limit_percentage: 50, spike_limit_percentage: 60 },
      ["'spike_limit_percentage' must be smaller than 'limit_percentage'"],
    ],
    [
      { check_interval: "1s", limit_percentage: 101 },
      ["'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to hundred"],
    ],
    [{ check_interval: "1s", limit_percentage: 75, spike_limit_percentage: 15 }, []],
    [{ check_interval: "1s", limit_mib: 4000, spike_limit_mib: 800 }, []],
  ])("%j: %j", (config, problems) => {
    const result = memoryLimiter.configSchema.safeParse(config);
    expect(result.error?.issues.map(({ message }) => message) ?? []).toEqual(problems);
  });

  test.each([
    [{ limit_mib: 1000, spike_limit_mib: 100 }, 900 * mebibyte],
    [{ limit_mib: 1000 }, 800 * mebibyte],
    [{ limit_percentage: 50, spike_limit_percentage: 20 }, 30 * mebibyte],
    [{ limit_percentage: 50 }, 40 * mebibyte],
    [{ limit_mib: 1000, spike_limit_mib: 100, limit_percentage: 1 }, 900 * mebibyte],
  ])("%j of 100 MiB refuses above %d bytes", (config, bytes) => {
    const parsed = memoryLimiter.configSchema.parse({ check_interval: "1s", ...config });
    const thresholds = thresholdsOf(parsed, 100 * mebibyte);
    expect(thresholds.refuse).toBeCloseTo(bytes);
    expect(thresholds.accept).toBeCloseTo(bytes * 0.95);
  });
});

describe("a memory limiter", () => {
  afterEach(() => vi.useRealTimers());

  /** `garbage` goes from `bytes` when it is collected. */
  async function startLimiter(used: { bytes: number; garbage?: number }) {
    vi.useFakeTimers();
    const telemetry = createTelemetry();
    const logger = recordingLogger();
    const collections = { count: 0 };
    const limiter = createMemoryLimiter({
      id: "memory_limiter",
      thresholds: { refuse: 100, accept: 90 },
      checkIntervalMs: 1000,
      collectionIntervalMs: 10_000,
      usedBytes: () => used.bytes,
      collectGarbage() {
        collections.count += 1;
        used.bytes -= used.garbage ?? 0;
        used.garbage = 0;
      },
      logger,
      telemetry,
    });
    await limiter.start?.();
    return { limiter, telemetry, logger, collections };
  }

  test("passes batches on, and counts them", async () => {
    const { limiter, telemetry } = await startLimiter({ bytes: 100 });
    limiter.admit?.();
    expect(limiter.process(metrics, context)).toBe(metrics);
    expect(telemetry.show()).toContain(
      'otelcol_processor_memory_limiter_accepted_metric_points{processor="memory_limiter"} 3',
    );
    await limiter.shutdown?.();
  });

  test("refuses above the limit, for now, also what was admitted before", async () => {
    const { limiter, telemetry } = await startLimiter({ bytes: 101 });
    const refusal = new UnavailableError("data refused due to high memory usage");
    expect(() => limiter.admit?.()).toThrow(refusal);
    expect(() => limiter.process(metrics, context)).toThrow(refusal);
    expect(telemetry.show()).toContain("otelcol_processor_memory_limiter_refused_metric_points");
    await limiter.shutdown?.();
  });

  test("recovers by itself, says each change once, and stops measuring at its shutdown", async () => {
    const used = { bytes: 200 };
    const { limiter, logger } = await startLimiter(used);
    vi.advanceTimersByTime(5000);
    expect(() => limiter.admit?.()).toThrow(UnavailableError);
    used.bytes = 50;
    vi.advanceTimersByTime(1000);
    expect(() => limiter.admit?.()).not.toThrow();
    expect(logger.lines.map(({ message }) => message)).toEqual([
      "Memory usage is above the limit. Refusing data.",
      "Memory usage is back within limits. Accepting data.",
    ]);
    await limiter.shutdown?.();
    await limiter.shutdown?.();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("accepts again only well below the limit, so that it does not change its mind with every check", async () => {
    const used = { bytes: 101 };
    const { limiter } = await startLimiter(used);
    const refuses: boolean[] = [];
    for (const bytes of [100, 91, 90, 91, 100, 101]) {
      used.bytes = bytes;
      vi.advanceTimersByTime(1000);
      refuses.push(isRefusing(limiter));
    }
    expect(refuses).toEqual([true, true, false, false, false, true]);
    await limiter.shutdown?.();
  });

  test("lets garbage be collected before it refuses, and does not refuse for garbage", async () => {
    const used = { bytes: 50, garbage: 0 };
    const { limiter, collections, logger } = await startLimiter(used);
    Object.assign(used, { bytes: 150, garbage: 60 });
    vi.advanceTimersByTime(1000);
    expect([isRefusing(limiter), collections.count, logger.lines]).toEqual([false, 1, []]);
    await limiter.shutdown?.();
  });

  test("has garbage collected at most every ten seconds, and not at all while there is room", async () => {
    const used = { bytes: 200 };
    const { limiter, collections } = await startLimiter(used);
    vi.advanceTimersByTime(30_000);
    expect(collections.count).toBe(4); // at the start, after 10, 20 and 30 s
    used.bytes = 50;
    vi.advanceTimersByTime(30_000);
    expect(collections.count).toBe(4);
    await limiter.shutdown?.();
  });

  test("measures this process when created from a configuration", async () => {
    const create = (limit: number) =>
      memoryLimiter.create(memoryLimiter.configSchema.parse({ check_interval: "10ms", limit_mib: limit }), {
        id: "memory_limiter",
        logger: recordingLogger(),
        telemetry: createTelemetry(),
      });
    const [tight, wide] = [create(1), create(1_000_000)];
    await tight.start?.();
    await wide.start?.();
    expect(() => tight.admit?.()).toThrow(UnavailableError);
    expect(() => wide.admit?.()).not.toThrow();
    await tight.shutdown?.();
    await wide.shutdown?.();
  });
});

function isRefusing(limiter: Processor): boolean {
  try {
    limiter.admit?.();
    return false;
  } catch {
    return true;
  }
}
