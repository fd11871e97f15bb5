import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { fileExporter } from "../../src/exporters/file.ts";
import { StartError } from "../../src/model/errors.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";
import { decodeJsonLogRecords, decodeJsonSpans } from "../../src/otlp/json-request.ts";
import { createLogBatch, createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { noNeeds } from "../support/no-needs.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { logRecordWith, spanWith } from "../support/records.ts";

const context = { project: "default" };
const batchOf = (name: string) => createSpanBatch({ encoded: encodeSpans([spanWith({ name })]) });
const logs = createLogBatch({ encoded: encodeLogRecords([logRecordWith({ eventName: "gen_ai.choice" })]) });

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "turnwise-file-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

async function openExporter(config: object) {
  const exporter = fileExporter.create(fileExporter.configSchema.parse(config), {
    id: "file",
    logger: recordingLogger(),
    telemetry: createTelemetry(),
    ...noNeeds,
  });
  await exporter.start?.();
  onTestFinished(async () => exporter.shutdown?.());
  return exporter;
}

const linesOf = (text: string): string[] => text.split("\n").slice(0, -1);
const namesIn = (line: string): string[] => decodeJsonSpans(Buffer.from(line)).records.map(({ name }) => name);

test("each batch is a line that reads back as the same request", async () => {
  const path = join(folder(), "deep", "traces.jsonl");
  const exporter = await openExporter({ path });
  await exporter.export(batchOf("chat"), context);
  await exporter.export(logs, context);
  await exporter.export({ signal: "metrics", count: 3 }, context);
  const [spans = "", records = "", ...more] = linesOf(readFileSync(path, "utf8"));
  expect(namesIn(spans)).toEqual(["chat"]);
  expect(decodeJsonLogRecords(Buffer.from(records)).records.map(({ eventName }) => eventName)).toEqual([
    "gen_ai.choice",
  ]);
  expect(more).toEqual([]);
});

test("a restart appends, and batches at the same time all arrive", async () => {
  const path = join(folder(), "traces.jsonl");
  for (const round of [1, 2]) {
    const exporter = await openExporter({ path });
    await Promise.all([1, 2, 3].map(async (number) => exporter.export(batchOf(`${round}.${number}`), context)));
    await exporter.shutdown?.();
  }
  expect(linesOf(readFileSync(path, "utf8")).flatMap(namesIn).sort()).toEqual([
    "1.1",
    "1.2",
    "1.3",
    "2.1",
    "2.2",
    "2.3",
  ]);
});

test("gzip members together are one gzip file", async () => {
  const path = join(folder(), "traces.jsonl.gz");
  const exporter = await openExporter({ path, compression: "gzip" });
  await exporter.export(batchOf("a"), context);
  await exporter.export(batchOf("b"), context);
  expect(linesOf(gunzipSync(readFileSync(path)).toString()).flatMap(namesIn)).toEqual(["a", "b"]);
});

test("a file that ends within a line is set aside, and nothing of it is lost", async () => {
  const path = join(folder(), "traces.jsonl");
  const first = await openExporter({ path });
  await first.export(batchOf("whole"), context);
  await first.shutdown?.();
  appendFileSync(path, '{"resourceSpans":[');
  const second = await openExporter({ path });
  await second.export(batchOf("next"), context);
  expect(linesOf(readFileSync(path, "utf8")).flatMap(namesIn)).toEqual(["next"]);
  const backup = readdirSync(join(path, "..")).find((name) => name !== "traces.jsonl");
  expect(readFileSync(join(path, "..", backup ?? ""), "utf8")).toContain("whole");
});

test("a full file makes room, and only so many old ones stay", async () => {
  const path = join(folder(), "traces.jsonl");
  const exporter = await openExporter({ path, rotation: { max_megabytes: 1, max_backups: 2 } });
  const large = "x".repeat(700_000);
  for (const number of [1, 2, 3, 4, 5]) await exporter.export(batchOf(`${number}${large}`), context);
  const files = readdirSync(join(path, "..")).sort();
  expect(files).toEqual([
    expect.stringMatching(/^traces-.*\.jsonl$/),
    expect.stringMatching(/^traces-.*\.jsonl$/),
    "traces.jsonl",
  ]);
  const firsts = files
    .map((name) => readFileSync(join(path, "..", name), "utf8"))
    .map((text) => /"name":"(\d)/.exec(text)?.[1]);
  expect(firsts).toEqual(["3", "4", "5"]);
});

test("what was rotated long ago goes", async () => {
  const path = join(folder(), "traces.jsonl");
  const exporter = await openExporter({ path, rotation: { max_megabytes: 1, max_days: 1 } });
  appendFileSync(join(path, "..", "traces-2020-01-01T00-00-00.000.jsonl"), "old\n");
  utimesSync(join(path, "..", "traces-2020-01-01T00-00-00.000.jsonl"), 0, 0);
  appendFileSync(join(path, "..", "traces-of-mine.jsonl"), "not a backup\n");
  const large = "x".repeat(700_000);
  for (const number of [1, 2]) await exporter.export(batchOf(`${number}${large}`), context);
  const files = readdirSync(join(path, ".."));
  expect(files).not.toContain("traces-2020-01-01T00-00-00.000.jsonl");
  expect(files).toContain("traces-of-mine.jsonl");
  expect(files).toHaveLength(3);
});

test("what was cut short by hand still reads as lines", async () => {
  const path = join(folder(), "traces.jsonl");
  const exporter = await openExporter({ path });
  await exporter.export(batchOf("a"), context);
  truncateSync(path, 0);
  await exporter.export(batchOf("b"), context);
  expect(linesOf(readFileSync(path, "utf8")).flatMap(namesIn)).toEqual(["b"]);
  expect(statSync(path).size).toBeGreaterThan(0);
});

test("a place where nothing can be written stops the start with a remedy", async () => {
  const file = join(folder(), "not-a-folder");
  appendFileSync(file, "");
  await expect(openExporter({ path: join(file, "traces.jsonl") })).rejects.toThrow(StartError);
  expect(fileExporter.configSchema.safeParse({ path: "" }).success).toBe(false);
});
