import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type SessionDetail, sessionDetailSchema } from "../../src/api/contract.ts";
import { emptyFolder, runCli } from "./run-cli.ts";

const talk = (id: string, content = "hi") => ({
  id,
  messages: [
    { role: "user", content },
    { role: "assistant", content: "Hello! What can I do for you?" },
  ],
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
    [["conversations.jsonl", "--out", "/dev/full"], "file_unwritable"],
    [["conversations.jsonl", "--out", "no/such/folder/x"], "file_unwritable"],
    [["conversations.jsonl", "--judge", "nobody"], "judge_unknown"],
    [["conversations.jsonl", "--judge", "llm"], "judge_off"],
    [["conversations.jsonl", "--config", "nowhere.yaml"], "config_invalid"],
  ])("%j is refused with %s", async (args, code) => {
    const { folder } = writeLines(talk("a"));
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
