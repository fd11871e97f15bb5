import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test, vi } from "vitest";
import type { PipelineEntry } from "../../src/component/receiver.ts";
import { UnavailableError } from "../../src/model/errors.ts";
import type { SignalBatch } from "../../src/model/signal-batch.ts";
import { otlpJsonFileReceiver } from "../../src/receivers/otlp-json-file/otlp-json-file-receiver.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { noNeeds } from "../support/no-needs.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { logRecordWith, spanWith } from "../support/records.ts";

const lineOf = (...names: string[]): string =>
  `${JSON.stringify(toJsonRequest(names.map((name) => spanWith({ name }))))}\n`;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "turnwise-json-file-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** A started receiver and the names of what it delivered. */
async function follow(config: object, deliver: (batch: SignalBatch) => void = () => undefined) {
  const delivered: string[] = [];
  const pipeline: PipelineEntry = {
    admit: () => undefined,
    deliver: async (batch) => {
      deliver(batch);
      if (batch.signal === "traces") delivered.push(...batch.spans().map(({ name }) => name));
      if (batch.signal === "logs") delivered.push(...batch.logRecords().map(({ eventName }) => eventName));
    },
  };
  const logger = recordingLogger();
  const telemetry = createTelemetry();
  const receiver = otlpJsonFileReceiver.create(
    otlpJsonFileReceiver.configSchema.parse({ poll_interval: "5ms", ...config }),
    { id: "otlp_json_file", logger, telemetry, pipelines: { traces: pipeline, logs: pipeline }, ...noNeeds },
  );
  const stop = async (): Promise<void> => receiver.shutdown?.();
  onTestFinished(stop);
  await receiver.start?.();
  return { delivered, logger, telemetry, stop };
}

test("what is in a file is delivered, and what is appended to it", async () => {
  const path = join(folder(), "a.jsonl");
  const logs = JSON.stringify(toJsonRequest([], [logRecordWith({ eventName: 'says "resourceSpans"' })]));
  writeFileSync(path, `${lineOf("one", "two")}\n${logs}\n{"resourceMetrics":[]}\n`);
  const { delivered } = await follow({ include: [path] });
  await vi.waitFor(() => expect(delivered).toEqual(["one", "two", 'says "resourceSpans"']));
  const [half, rest] = [lineOf("three").slice(0, 40), lineOf("three").slice(40)];
  appendFileSync(path, half);
  await new Promise((resolve) => setTimeout(resolve, 30));
  appendFileSync(path, rest);
  await vi.waitFor(() => expect(delivered.slice(3)).toEqual(["three"]));
});

test("patterns find files, also later ones, and leave others out", async () => {
  const place = folder();
  writeFileSync(join(place, "a.jsonl"), lineOf("a"));
  writeFileSync(join(place, "a.txt"), lineOf("text"));
  writeFileSync(join(place, "skip.jsonl"), lineOf("skipped"));
  const { delivered } = await follow({ include: [join(place, "*.json?")], exclude: [join(place, "skip*")] });
  await vi.waitFor(() => expect(delivered).toEqual(["a"]));
  writeFileSync(join(place, "b.jsonl"), lineOf("b"));
  await vi.waitFor(() => expect(delivered).toEqual(["a", "b"]));
});

test("from the end only what is new counts", async () => {
  const path = join(folder(), "a.jsonl");
  writeFileSync(path, lineOf("old"));
  const { delivered } = await follow({ include: [path], start_at: "end" });
  appendFileSync(path, lineOf("new"));
  await vi.waitFor(() => expect(delivered).toEqual(["new"]));
});

test("a gzip file of several members is read", async () => {
  const path = join(folder(), "a.jsonl.gz");
  writeFileSync(path, Buffer.concat([gzipSync(lineOf("a")), gzipSync(lineOf("b"))]));
  const { delivered } = await follow({ include: [path] });
  await vi.waitFor(() => expect(delivered).toEqual(["a", "b"]));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(delivered).toHaveLength(2);
});

test("another file under the same name is read from its beginning", async () => {
  const place = folder();
  const path = join(place, "a.jsonl");
  writeFileSync(path, lineOf("first"));
  const { delivered } = await follow({ include: [path] });
  await vi.waitFor(() => expect(delivered).toEqual(["first"]));
  renameSync(path, join(place, "a-2026-01-01.jsonl"));
  writeFileSync(path, lineOf("second"));
  await vi.waitFor(() => expect(delivered).toEqual(["first", "second"]));
});

test("a line that is no OTLP is left out, said where, and counted; the next one is taken", async () => {
  const path = join(folder(), "a.jsonl");
  writeFileSync(path, `nonsense\n{"resourceSpans": 1}\n${lineOf("good")}`);
  const { delivered, logger, telemetry } = await follow({ include: [path] });
  await vi.waitFor(() => expect(delivered).toEqual(["good"]));
  const places = logger.lines.map(({ fields }) => ("place" in fields ? fields.place : undefined));
  expect(places).toEqual([`${path}:1`, `${path}:2`]);
  expect(telemetry.show()).toMatch(/turnwise_receiver_refused_requests\{[^}]*transport="file"[^}]*\} 2/);
});

test("what cannot be stored now is delivered again, and nothing is passed over", async () => {
  const path = join(folder(), "a.jsonl");
  writeFileSync(path, lineOf("a") + lineOf("b"));
  let refusals = 3;
  const { delivered } = await follow({ include: [path] }, () => {
    refusals -= 1;
    if (refusals >= 0) throw new UnavailableError("full");
  });
  await vi.waitFor(() => expect(delivered).toEqual(["a", "b"]));
});

test("files that are not there are waited for, and a stop does not wait", async () => {
  const path = join(folder(), "later.jsonl");
  const { delivered, stop } = await follow({ include: [path, join(path, "no-folder", "*.jsonl")] });
  writeFileSync(path, lineOf("late"));
  await vi.waitFor(() => expect(delivered).toEqual(["late"]));
  await stop();
  appendFileSync(path, lineOf("too late"));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(delivered).toEqual(["late"]);
});
