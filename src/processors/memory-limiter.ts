/**
 * Refuses data while the process uses too much memory; senders then keep it and try again. Source: collector
 * `internal/memorylimiter`. Unlike there it is asked before a body is read, and what counts is resident memory: buffers and
 * SQLite's pages lie outside the JavaScript heap.
 */
import { totalmem } from "node:os";
import { z } from "zod";
import { duration } from "../component/config-schemas.ts";
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

/**
 * Above how many bytes data is refused: the limit less the room kept for spikes, a fifth of the limit unless configured.
 * `limit_mib` wins over `limit_percentage`.
 */
export function refusalThreshold(config: MemoryLimiterConfig, totalBytes: number): number {
  if (config.limit_mib > 0)
    return (config.limit_mib - (config.spike_limit_mib || config.limit_mib / 5)) * bytesPerMebibyte;
  const percent = config.limit_percentage - (config.spike_limit_percentage || config.limit_percentage / 5);
  return (percent / 100) * totalBytes;
}

/** What this process may have: the machine's memory, or its control group's if that is less. */
function availableBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

export interface MemoryLimiterOptions {
  readonly id: string;
  readonly thresholdBytes: number;
  readonly checkIntervalMs: number;
  /** The resident size of the process, in bytes. */
  readonly usedBytes: () => number;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** Measures every interval, so that refusing costs nothing; a full process recovers without a restart. */
export function createMemoryLimiter(options: MemoryLimiterOptions): Processor {
  const { id, thresholdBytes, usedBytes, logger, telemetry } = options;
  let refusing = false;
  let timer: NodeJS.Timeout | undefined;

  function measure(): void {
    const used = usedBytes();
    const over = used > thresholdBytes;
    if (over !== refusing)
      logger.warn(
        { component: id, usedMib: toMebibytes(used), thresholdMib: toMebibytes(thresholdBytes) },
        over
          ? "Memory usage is above the limit. Refusing data."
          : "Memory usage is back within limits. Accepting data.",
      );
    refusing = over;
  }

  function refuse(): never {
    throw new UnavailableError("data refused due to high memory usage");
  }

  return {
    async start() {
      measure();
      timer = setInterval(measure, options.checkIntervalMs).unref();
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

export const memoryLimiter: ProcessorFactory<MemoryLimiterConfig> = {
  type: "memory_limiter",
  description: "Refuses data while the process uses more memory than it may; senders try again.",
  configSchema,
  create: (config, { id, logger, telemetry }) =>
    createMemoryLimiter({
      id,
      thresholdBytes: refusalThreshold(config, availableBytes()),
      checkIntervalMs: config.check_interval,
      usedBytes: () => process.memoryUsage.rss(),
      logger,
      telemetry,
    }),
};
