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

/** As protobuf's own JSON printers write bytes. */
const withBase64Ids = (text: string) =>
  text.replaceAll(/"((?:parentS|s)panId|traceId)":"([0-9a-f]+)"/g, (_all, key: string, id: string) => {
    return `"${key}":"${Buffer.from(id, "hex").toString("base64")}"`;
  });

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
    ["lines.json", () => `${json(spans.slice(0, 1))}\n${json(spans.slice(1))}\n`],
    ["pretty.otlp.json", () => JSON.stringify(toJsonRequest(spans), null, 2)],
    [
      "list.json",
      () =>
        JSON.stringify(
          spans.map((span) => toJsonRequest([span])),
          null,
          1,
        ),
    ],
    ["base64-ids.json", () => withBase64Ids(json(spans))],
    ["zipped-by-content.jsonl", () => gzipSync(json(spans))],
    ["with-metrics.jsonl", () => `{"resourceMetrics":[]}\n${json(spans)}\n`],
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

  it("say what was left out, and build the rest", async () => {
    const path = write("odd-ids.json", json(spans).replace(spans[0]?.traceId ?? "", "abc123"));
    const leftOut: unknown[] = [];
    const sessions = await replayFiles([path, write("whole.json", json(spans))], (...about) => leftOut.push(about));
    expect(leftOut).toEqual([[path, 1, "spans[0]: traceId is not 32 hex digits"]]);
    expect(sessions.map(({ turns }) => turns.length)).toEqual([2]);
  });

  it("keep texts that look like ids", async () => {
    const text = '"traceId":"AAAAAAAAAAAAAAAAAAAAAA=="';
    const path = write("text.json", json([chat({ id: 1, trace: 1, at: 0 }, [{ user: text }], { assistant: "A" })]));
    expect(await outline(path)).toEqual([[[text, "A"]]]);
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
    ["broken-list.json", `[${json(spans)},`],
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
