/**
 * Refuses data while the process uses too much memory; senders then keep it and try again. Source: collector
 * `internal/memorylimiter`. Unlike there it is asked before a body is read, and what counts is resident memory: buffers and
 * SQLite's pages lie outside the JavaScript heap.
 */
import { totalmem } from "node:os";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { z } from "zod";
import { duration, withoutEffect } from "../component/config-schemas.ts";
import type { Logger, Telemetry } from "../component/component.ts";
import type { Processor, ProcessorFactory } from "../component/processor.ts";
import { recordNames } from "../component/record-names.ts";
import { UnavailableError } from "../model/errors.ts";

const mebibytes = z.int().min(0).default(0);
const percentage = z.int().min(0).default(0);

const configSchema = z
  .strictObject({
    check_interval: duration.prefault("0"),
    limit_mib: mebibytes,
    spike_limit_mib: mebibytes,
    limit_percentage: percentage,
    spike_limit_percentage: percentage,
    /** Between two collections of garbage while memory is short. */
    min_gc_interval_when_soft_limited: duration.prefault("10s"),
    min_gc_interval_when_hard_limited: withoutEffect(
      "garbage is collected as for the soft limit, as everybody waits for it",
    ),
  })
  .superRefine((config, context) => {
    for (const message of problemsOf(config)) context.addIssue({ code: "custom", message });
  });

export type MemoryLimiterConfig = z.infer<typeof configSchema>;

/** The collector's rules, in its words. */
function problemsOf(config: {
  check_interval: number;
  limit_mib: number;
  spike_limit_mib: number;
  limit_percentage: number;
  spike_limit_percentage: number;
}): readonly string[] {
  const { limit_mib, spike_limit_mib, limit_percentage, spike_limit_percentage } = config;
  const rules: readonly (readonly [boolean, string])[] = [
    [config.check_interval <= 0, "'check_interval' must be greater than zero"],
    [limit_mib === 0 && limit_percentage === 0, "'limit_mib' or 'limit_percentage' must be greater than zero"],
    [limit_mib > 0 && spike_limit_mib >= limit_mib, "'spike_limit_mib' must be smaller than 'limit_mib'"],
    [
      limit_percentage > 0 && spike_limit_percentage >= limit_percentage,
      "'spike_limit_percentage' must be smaller than 'limit_percentage'",
    ],
    [
      limit_percentage > 100 || spike_limit_percentage > 100,
      "'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to hundred",
    ],
  ];
  return rules.flatMap(([broken, message]) => (broken ? [message] : []));
}

const bytesPerMebibyte = 2 ** 20;

/** In bytes of resident memory. */
export interface MemoryThresholds {
  /** Above it data is refused: the limit less the room kept for spikes, a fifth of the limit unless configured. */
  readonly refuse: number;
  /** Below it data is taken again. A little less, so that the two do not take turns with every check. */
  readonly accept: number;
}

/** Of the room below which data is refused, what must be free again. */
const HYSTERESIS = 0.05;

/** `limit_mib` wins over `limit_percentage`. */
export function thresholdsOf(config: MemoryLimiterConfig, totalBytes: number): MemoryThresholds {
  const refuse =
    config.limit_mib > 0
      ? (config.limit_mib - (config.spike_limit_mib || config.limit_mib / 5)) * bytesPerMebibyte
      : ((config.limit_percentage - (config.spike_limit_percentage || config.limit_percentage / 5)) / 100) * totalBytes;
  return { refuse, accept: refuse * (1 - HYSTERESIS) };
}

/** What this process may have: the machine's memory, or its control group's if that is less. */
function availableBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

export interface MemoryLimiterOptions {
  readonly id: string;
  readonly thresholds: MemoryThresholds;
  readonly checkIntervalMs: number;
  readonly collectionIntervalMs: number;
  /** The resident size of the process, in bytes. */
  readonly usedBytes: () => number;
  /** Gives back what is not used any more. Takes its time. */
  readonly collectGarbage: () => void;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** Measures every interval, so that refusing costs nothing; a full process recovers without a restart. */
export function createMemoryLimiter(options: MemoryLimiterOptions): Processor {
  const { id, thresholds, usedBytes, logger, telemetry } = options;
  let refusing = false;
  let collectedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;

  const isFull = (used: number): boolean => used > (refusing ? thresholds.accept : thresholds.refuse);

  /** A process that refuses everything makes no garbage, and so would keep for ever what it has. */
  function measure(): number {
    const used = usedBytes();
    if (!isFull(used) || performance.now() < collectedAt + options.collectionIntervalMs) return used;
    collectedAt = performance.now();
    options.collectGarbage();
    return usedBytes();
  }

  /** Without a free file descriptor the system does not tell; then what was decided stays. */
  function tryToMeasure(): number | undefined {
    try {
      return measure();
    } catch (error) {
      logger.warn({ component: id, err: error }, "Memory usage cannot be measured.");
      return undefined;
    }
  }

  function check(): void {
    const used = tryToMeasure();
    if (used === undefined) return;
    const full = isFull(used);
    if (full !== refusing)
      logger.warn(
        { component: id, usedMib: toMebibytes(used), thresholdMib: toMebibytes(thresholds.refuse) },
        full
          ? "Memory usage is above the limit. Refusing data."
          : "Memory usage is back within limits. Accepting data.",
      );
    refusing = full;
  }

  function refuse(): never {
    throw new UnavailableError("data refused due to high memory usage");
  }

  return {
    async start() {
      check();
      timer = setInterval(check, options.checkIntervalMs).unref();
    },
    async shutdown() {
      clearInterval(timer);
    },
    admit() {
      if (refusing) refuse();
    },
    process(batch) {
      const outcome = refusing ? "refused" : "accepted";
      const name = `otelcol_processor_memory_limiter_${outcome}_${recordNames[batch.signal]}`;
      telemetry.count(name, { processor: id }, batch.count);
      return refusing ? refuse() : batch;
    },
  };
}

const toMebibytes = (bytes: number): number => Math.round(bytes / bytesPerMebibyte);

/** Node has no call for it that is always there; the flag makes one, in a context of its own, and is set back. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  if (typeof collect === "function") Reflect.apply(collect, undefined, []);
}

export const memoryLimiter: ProcessorFactory<MemoryLimiterConfig> = {
  type: "memory_limiter",
  description: "Refuses data while the process uses more memory than it may; senders try again.",
  configSchema,
  create: (config, { id, logger, telemetry }) =>
    createMemoryLimiter({
      id,
      thresholds: thresholdsOf(config, availableBytes()),
      checkIntervalMs: config.check_interval,
      collectionIntervalMs: config.min_gc_interval_when_soft_limited,
      usedBytes: () => process.memoryUsage.rss(),
      collectGarbage,
      logger,
      telemetry,
    }),
};
