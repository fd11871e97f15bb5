/**
 * Takes OTLP in from files: one JSON export request a line, as the exporter `file` and the collector's write them. Settings
 * as the collector's `otlpjsonfilereceiver`. A file may grow while it is read. Reading one again changes nothing, for
 * what is stored is known by its ids; so where each file was read to is not kept over a restart.
 */
import { z } from "zod";
import { duration } from "../../component/config-schemas.ts";
import type { ReceiverFactory } from "../../component/receiver.ts";
import { createDeliverLine } from "./deliver-line.ts";
import { createFollowedFiles } from "./followed-files.ts";

const patterns = z.array(z.string().min(1));

const configSchema = z.strictObject({
  /** Paths; in the last part `*` stands for any characters and `?` for one. */
  include: patterns.min(1, "must name at least one file, such as ./import/*.jsonl"),
  exclude: patterns.default([]),
  /** `end`: only what is appended from now on. */
  start_at: z.enum(["beginning", "end"]).default("beginning"),
  poll_interval: duration.prefault("200ms"),
});

export const otlpJsonFileReceiver: ReceiverFactory<z.infer<typeof configSchema>> = {
  type: "otlp_json_file",
  description: "Takes OTLP/JSON lines from files, plain or gzip.",
  stability: "alpha",
  configSchema,
  create({ include, exclude, start_at, poll_interval }, { id, logger, telemetry, pipelines }) {
    const stopping = new AbortController();
    let running: Promise<void> | undefined;
    const files = createFollowedFiles({
      include,
      exclude,
      fromEnd: start_at === "end",
      deliver: createDeliverLine({ id, logger, telemetry, pipelines }),
      logger,
    });
    return {
      async start() {
        await files.look(); // from here on `end` means after the start
        running = files.follow(poll_interval, stopping.signal);
      },
      async shutdown() {
        stopping.abort();
        await running;
      },
    };
  },
};
