import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type SessionDetail, sessionDetailSchema } from "../../src/api/contract.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { agentSpan, attributes, randomTraceId } from "../support/agent-spans.ts";
import { emptyFolder, runCli } from "./run-cli.ts";

const talk = (id: string, content = "hi") => ({
  id,
  messages: [
    { role: "user", content },
    { role: "assistant", content: "Hello! What can I do for you?" },
  ],
});

const said = (role: string, content: string) => JSON.stringify([{ role, parts: [{ type: "text", content }] }]);

const spanOfTalk = (conversation: string, startSecond: number) =>
  agentSpan({
    startSecond,
    traceId: randomTraceId(),
    attributes: attributes({
      "gen_ai.operation.name": "chat",
      "gen_ai.conversation.id": conversation,
      "gen_ai.input.messages": said("user", "hi"),
      "gen_ai.output.messages": said("assistant", "Hello! What can I do for you?"),
    }),
  });

function writeLines(...lines: readonly (object | string)[]): { folder: string; file: string } {
  const folder = emptyFolder();
  const file = join(folder, "conversations.jsonl");
  writeFileSync(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return { folder, file };
}

const sessionsIn = (text: string): SessionDetail[] =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => sessionDetailSchema.parse(JSON.parse(line)));

describe("turnwise judge", () => {
  it("judges each line, in order, to stdout", async () => {
    const { file } = writeLines(talk("a"), "", talk("b", "line\u2028separator"), { ...talk("c"), labels: { any: 1 } });
    const { status, stdout, stderr } = await runCli(["judge", file]);
    expect(status).toBe(0);
    const sessions = sessionsIn(stdout);
    expect(sessions.map(({ id, status }) => [id, status])).toEqual([
      ["a", "completed"],
      ["b", "completed"],
      ["c", "completed"],
    ]);
    expect(sessions[1]?.turns[0]).toMatchObject({
      user_content: "line\u2028separator",
      judgement: { judge: { name: "rules" } },
    });
    expect(stderr).toMatch(/^3 conversations, 0 failed, .*\n$/);
  });

  it("writes to a file", async () => {
    const { folder, file } = writeLines(talk("a"));
    const { status, stdout } = await runCli(["judge", file, "--out", "judged.jsonl"], {}, folder);
    expect([status, stdout]).toEqual([0, ""]);
    expect(sessionsIn(readFileSync(join(folder, "judged.jsonl"), "utf8"))).toHaveLength(1);
  });

  it("judges conversations in a zipped file", async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "c.jsonl.gz"), gzipSync(`${JSON.stringify(talk("a"))}\n${JSON.stringify(talk("b"))}`));
    const { status, stdout } = await runCli(["judge", "c.jsonl.gz"], {}, folder);
    expect([status, sessionsIn(stdout).map(({ id }) => id)]).toEqual([0, ["a", "b"]]);
  });

  it.each<[string, (request: string) => string | Uint8Array]>([
    ["spans.json", (request) => request],
    ["pretty.json", (request) => JSON.stringify(JSON.parse(request), null, 2)],
    ["lines.jsonl", (request) => `${request}\n`],
    ["list.json", (request) => `[${request}]`],
    ["spans.json.gz", (request) => gzipSync(request)],
  ])("judges the sessions in OTLP: %s", async (name, write) => {
    const folder = emptyFolder();
    writeFileSync(
      join(folder, name),
      write(JSON.stringify(toJsonRequest([spanOfTalk("conv-1", 0), spanOfTalk("conv-2", 60)]))),
    );
    const { status, stdout, stderr } = await runCli(["judge", name], {}, folder);
    expect(status).toBe(0);
    expect(sessionsIn(stdout)).toMatchObject([
      {
        conversation_id: "conv-1",
        source: "otlp",
        status: "completed",
        turns: [{ judgement: { judge: { name: "rules" } } }],
      },
      { conversation_id: "conv-2", summary: { judged_turns: 1 } },
    ]);
    expect(stderr).toMatch(/^2 conversations, 0 failed, .*\n$/);
  });

  it("goes on after a line that is no conversation, and ends with status 1", async () => {
    const { file } = writeLines("nonsense", { id: "x" }, talk("ok"));
    const { status, stdout, stderr } = await runCli(["judge", file]);
    expect(status).toBe(1);
    const sessions = sessionsIn(stdout);
    expect(sessions.map((session) => session.status)).toEqual(["failed", "failed", "completed"]);
    expect(sessions[0]?.error).toMatch(/^line 1: /);
    expect(stderr).toContain("3 conversations, 2 failed");
  });

  it.each([
    [["nowhere.jsonl"], "file_unreadable"],
    [["."], "file_unreadable"],
    [["no-gzip.jsonl.gz"], "file_unreadable"],
    [["broken.pb"], "file_unreadable"],
    [["conversations.jsonl", "--out", "/dev/full"], "file_unwritable"],
    [["conversations.jsonl", "--out", "no/such/folder/x"], "file_unwritable"],
    [["conversations.jsonl", "--judge", "nobody"], "judge_unknown"],
    [["conversations.jsonl", "--judge", "llm"], "judge_off"],
    [["conversations.jsonl", "--config", "nowhere.yaml"], "config_invalid"],
  ])("%j is refused with %s", async (args, code) => {
    const { folder } = writeLines(talk("a"));
    writeFileSync(join(folder, "no-gzip.jsonl.gz"), "plain");
    writeFileSync(join(folder, "broken.pb"), new Uint8Array([255, 255, 255]));
    const { status, stdout, stderr } = await runCli(["judge", ...args], {}, folder);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`error [${code}]`);
  });

  it.each(["conversations.jsonl", "./link"])("does not write over the file that it reads: --out %s", async (out) => {
    const { folder, file } = writeLines(talk("a"));
    symlinkSync(file, join(folder, "link"));
    const before = readFileSync(file, "utf8");
    const { status, stderr } = await runCli(["judge", file, "--out", out], {}, folder);
    expect(status).toBe(1);
    expect(stderr).toContain("error [file_unwritable]");
    expect(readFileSync(file, "utf8")).toBe(before);
  });
});
