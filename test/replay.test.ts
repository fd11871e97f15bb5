import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogRecord, Span } from "../src/model/span.ts";
import { encodeLogRecords, encodeSpans } from "../src/otlp/encode-records.ts";
import { toJsonRequest } from "../src/otlp/to-json-request.ts";
import { replayFiles } from "../src/replay.ts";
import { chat, spanAt } from "./support/conversation-spans.ts";
import { logRecordWith } from "./support/records.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "replay-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(content) : content);
  return path;
}

const spans = [
  chat({ id: 1, trace: 1, at: 0 }, [{ user: "a" }], { assistant: "A" }),
  chat({ id: 2, trace: 2, at: 10 }, [{ user: "a" }, { assistant: "A" }, { user: "b" }], { assistant: "B" }),
];
const json = (list: readonly Span[]) => JSON.stringify(toJsonRequest(list));
const protobuf = (list: readonly Span[]) => encodeSpans(list).bytes;

/** A call whose messages are log records, each sent on its own. */
const bare = spanAt({ id: 3, at: 0 }, { "gen_ai.operation.name": "chat" });
const record = (eventName: string, body: LogRecord["body"], at: number) =>
  logRecordWith({ traceId: bare.traceId, spanId: bare.spanId, eventName, body, timeUnixNano: BigInt(at) });
const records = [
  record("gen_ai.user.message", new Map([["content", "a"]]), 1),
  record("gen_ai.choice", new Map([["message", new Map([["content", "A"]])]]), 2),
];

const outline = async (...paths: readonly string[]) =>
  (await replayFiles(paths)).map(({ turns }) =>
    turns.map(({ userContent, assistantContent }) => [userContent, assistantContent]),
  );

describe("sessions out of files", () => {
  it.each<[string, () => Uint8Array | string]>([
    ["spans.json", () => json(spans)],
    ["spans.json.gz", () => json(spans)],
    ["spans.jsonl", () => `${json(spans.slice(0, 1))}\n\n${json(spans.slice(1))}\n`],
    ["spans.jsonl.gz", () => spans.map((span) => json([span])).join("\n")],
    ["spans.pb", () => protobuf(spans)],
    ["spans.pb.gz", () => protobuf(spans)],
  ])("%s", async (name, content) => {
    expect(await outline(write(name, content()))).toEqual([
      [
        ["a", "A"],
        ["b", "B"],
      ],
    ]);
  });

  it("are put together from several, in any order, twice", async () => {
    const paths = [write("late.pb", protobuf(spans.slice(1))), write("early.json", json(spans.slice(0, 1)))];
    expect(await outline(...paths, ...paths)).toEqual([
      [
        ["a", "A"],
        ["b", "B"],
      ],
    ]);
  });

  it("take log records, and each of them once", async () => {
    const paths = [
      write("logs.pb", encodeLogRecords(records).bytes),
      write(
        "log-1.json",
        JSON.stringify({ resourceLogs: toJsonRequest([], records.slice(0, 1))["resourceLogs"] ?? [] }),
      ),
      write("call.pb", protobuf([bare])),
    ];
    expect(await outline(...paths)).toEqual([[["a", "A"]]]);
  });

  it("are none where no agent speaks", async () => {
    expect(
      await outline(write("http.pb", protobuf([spanAt({ id: 1, at: 0 }, { "http.request.method": "GET" })]))),
    ).toEqual([]);
    expect(await outline(write("empty.json", "{}"), write("empty.pb", ""), write("empty.jsonl", ""))).toEqual([]);
  });

  it.each<[string, string | Uint8Array]>([
    ["broken.json", '{"resourceSpans":'],
    ["broken.pb", new Uint8Array([255, 255, 255])],
    ["broken.jsonl", `${json(spans)}\nnot JSON`],
    ["other.json", '"a text"'],
    ["notes.txt", "hello"],
  ])("are refused, naming the file: %s", async (name, content) => {
    const path = write(name, content);
    await expect(replayFiles([path])).rejects.toThrow(path);
  });

  it("are refused when there is no such file, or it is no gzip", async () => {
    await expect(replayFiles([join(folder, "missing.json")])).rejects.toThrow("missing.json");
    const path = join(folder, "fake.json.gz");
    writeFileSync(path, "plain");
    await expect(replayFiles([path])).rejects.toThrow(path);
  });
});
