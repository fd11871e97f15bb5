/** What `node bench/frameworks.mjs` says of small traces in the shapes of real frameworks. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { restoreToolRoles } from "../../bench/frameworks/restore-tool-roles.mjs";
import { replayFiles } from "../../src/replay.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import type { ChatMessage } from "../../src/model/message.ts";

const command = fileURLToPath(new URL("../../bench/frameworks.mjs", import.meta.url));
const fixtures = fileURLToPath(new URL("../fixtures/frameworks/", import.meta.url));
const dataset = join(fixtures, "frameworks.jsonl");
const folder = mkdtempSync(join(tmpdir(), "turnwise-frameworks-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Row {
  readonly id: string;
  readonly messages: readonly ChatMessage[];
}

interface Report {
  readonly id: string;
  readonly differences: readonly string[];
  readonly notes: readonly string[];
}

const lines = readFileSync(dataset, "utf8").trim().split("\n");
const rows = lines.map((line) => JSON.parse(line) as Row);

function compare(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

const changes: readonly (readonly [what: string, from: string, to: string, differing: number])[] = [
  ["a user's text", "Where is order A-1?", "Where is order B-2?", 5],
  ["a reply", "is on its way", "is lost", 4],
  ["a system prompt", "Be brief.", "Be long.", 3],
  ["the name of a tool", "get_order", "find_order", 5],
  ["arguments", String.raw`{\"order_id\": \"A-1\"}`, String.raw`{\"order_id\": \"A-2\"}`, 5],
  ["the id of a call", "call_1", "call_2", 4],
  ["a result", "shipped", "lost", 4],
  ["the span", "0000000000000004", "00000000000000ff", 4],
];

describe("turns built from spans and turns built from messages", () => {
  it.each(rows)("say the same: $id", async ({ id, messages }) => {
    const [session] = await replayFiles([join(fixtures, `${id}.otlp.json`)]);
    const expected = buildFromMessages({ messages: restoreToolRoles(messages), source: "messages" });
    const [turn] = session?.turns ?? [];
    const [wanted] = expected.turns;
    expect(turn).toMatchObject({ userContent: wanted?.userContent });
    expect(turn?.assistantContent).toBe(wanted?.assistantContent);
    expect(turn?.steps.map(({ type }) => type)).toEqual(wanted?.steps.map(({ type }) => type));
    expect(turn?.steps).toContainEqual(expect.objectContaining({ type: "tool_call", spanId: "0000000000000003" }));
    expect(turn?.flags).toEqual([]);
    expect(session?.tools.map(({ name }) => name)).toEqual(
      id === "pydantic-ai" || id === "langgraph-js" ? [] : ["get_order"],
    );
  });

  it("are compared by the command, which tells what it leaves out", () => {
    const { status, stdout } = compare(dataset, fixtures);
    expect(stdout).toContain("5 of 5 are equal\n");
    expect(stdout).toContain("  not compared: turn 2, which began after the snapshot\n");
    expect(stdout).toContain("  not compared: the result of get_order, which ran after the snapshot\n");
    expect(status).toBe(0);
  });

  it("differ in anything that was said or done, and the command says in what", () => {
    const path = join(folder, "changed.jsonl");
    const changed = changes.flatMap(([what, from, to]) =>
      lines.map((line) => ({ ...(JSON.parse(line.replaceAll(from, to)) as Row), id: what })),
    );
    writeFileSync(path, changed.map((row) => JSON.stringify(row)).join("\n"));
    const { status, stdout } = compare(path, fixtures, "--json");
    const differing = (JSON.parse(stdout) as readonly Report[]).filter(({ differences }) => differences.length > 0);
    expect(changes.map(([what]) => [what, differing.filter(({ id }) => id === what).length])).toEqual(
      changes.map(([what, , , count]) => [what, count]),
    );
    expect(differing.at(-1)?.differences).toEqual(["no turn was built from span 00000000000000ff"]);
    expect(status).toBe(1);
  });

  it("cannot be compared without a data set and a folder", () => {
    const { status, stderr } = compare(dataset);
    expect(status).toBe(2);
    expect(stderr).toContain("usage:");
  });
});
