import { afterEach, describe, expect, test, vi } from "vitest";
import { createMemoryLimiter, memoryLimiter, refusalThreshold } from "../../src/processors/memory-limiter.ts";
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
    expect(refusalThreshold(parsed, 100 * mebibyte)).toBeCloseTo(bytes);
  });
});

describe("a memory limiter", () => {
  afterEach(() => vi.useRealTimers());

  async function startLimiter(used: { bytes: number }) {
    vi.useFakeTimers();
    const telemetry = createTelemetry();
    const logger = recordingLogger();
    const limiter = createMemoryLimiter({
      id: "memory_limiter",
      thresholdBytes: 100,
      checkIntervalMs: 1000,
      usedBytes: () => used.bytes,
      logger,
      telemetry,
    });
    await limiter.start?.();
    return { limiter, telemetry, logger };
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
