/**
 * Writes batches as lines of OTLP/JSON, the format of the specification's file exporter: one export request a line.
 * Names and defaults as the collector's `fileexporter`. `turnwise replay` and the receiver `otlp_json_file` read it.
 */
import { z } from "zod";
import { withoutEffect } from "../component/config-schemas.ts";
import type { ExporterFactory } from "../component/exporter.ts";
import type { SignalBatch } from "../model/signal-batch.ts";
import { toJsonRequest } from "../otlp/to-json-request.ts";
import { createRotatingFile } from "./file/rotating-file.ts";

const MEBIBYTE = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;

const configSchema = z.strictObject({
  path: z.string().min(1, "must say where to write, such as ./data/archive/traces.jsonl"),
  format: z.literal("json").default("json"),
  compression: z.enum(["none", "gzip"]).default("none"),
  create_directory: z.boolean().default(true),
  append: withoutEffect("what is in the file stays"),
  flush_interval: withoutEffect("what is acknowledged is on disk"),
  /** Begin a new file when this one would become larger; the old one is kept beside it under the time of the change. */
  rotation: z
    .strictObject({
      max_megabytes: z.int().min(1).default(100),
      /** 0: all are kept. */
      max_backups: z.int().min(0).default(100),
      /** 0: they do not age. */
      max_days: z.int().min(0).default(0),
      localtime: withoutEffect("the names of old files are in UTC"),
    })
    .optional(),
});

/** Undefined for what is only counted. */
function lineOf(batch: SignalBatch): string | undefined {
  if (batch.signal === "traces") return `${JSON.stringify(toJsonRequest(batch.spans()))}\n`;
  if (batch.signal === "logs") return `${JSON.stringify(toJsonRequest([], batch.logRecords()))}\n`;
  return undefined;
}

export const fileExporter: ExporterFactory<z.infer<typeof configSchema>> = {
  type: "file",
  description: "Writes OTLP/JSON lines to a file, with rotation and gzip.",
  stability: "alpha",
  configSchema,
  create({ path, compression, create_directory, rotation }) {
    const file = createRotatingFile({
      path,
      isCompressed: compression === "gzip",
      createsFolder: create_directory,
      ...(rotation === undefined
        ? {}
        : {
            rotation: {
              maxBytes: rotation.max_megabytes * MEBIBYTE,
              maxBackups: rotation.max_backups,
              maxAgeMs: rotation.max_days * DAY_MS,
            },
          }),
    });
    return {
      start: () => file.open(),
      async export(batch) {
        const line = lineOf(batch);
        if (line !== undefined) await file.append(line);
      },
      shutdown: () => file.close(),
    };
  },
};
