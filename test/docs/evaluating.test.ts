/** The examples of docs/evaluating.md, followed as a reader would, with the compiled command and package. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseCaseFile } from "../../src/case-files/read-case-file.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { emptyFolder, runCli } from "../cli/run-cli.ts";
import { chat, type Said } from "../support/conversation-spans.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/evaluating.md"), "utf8");

/** The page's blocks in that language. */
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text);

describe("docs/evaluating.md", () => {
  it("has a case file and an agent that pass together", async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "cases.yaml"), blocks("yaml")[0] ?? "");
    writeFileSync(join(folder, "agent.mjs"), blocks("js")[0] ?? "");
    const { status, stdout } = await runCli(["eval", "cases.yaml"], {}, folder);
    expect(stdout).toContain("2 of 2 cases passed");
    expect(status).toBe(0);
  });

  it("has a judge and a simulated user that a case file can have", () => {
    const [, judge = "", users = ""] = blocks("yaml");
    const file = parseCaseFile(`agent: { module: a.mjs }\n${judge}${users}`, { OPENAI_API_KEY: "sk-1" });
    expect(file.judge?.api_key).toBe("sk-1");
    expect(file.cases[0]?.user?.maxTurns).toBe(6);
  });

  it("has tests of sessions that run in vitest, with what the package exports", () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/turnwise"));
    symlinkSync(join(root, "node_modules/vitest"), join(folder, "node_modules/vitest"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "sessions.test.ts"), blocks("ts")[0] ?? "");
    writeFileSync(join(folder, "spans.json"), JSON.stringify(toJsonRequest(recorded)));
    const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "-t", "recorded"];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", env: bare });
    expect(`${stdout}${stderr}`).toMatch(/1 passed \| 1 skipped/);
  });
});

/** Without what the vitest around it says of itself. */
const bare = { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1" };

const order = { order_id: "K-1042" };
const asked: readonly Said[] = [{ user: "I want a refund for my order K-1042." }];
const looked: readonly Said[] = [
  ...asked,
  { calls: [{ id: "1", name: "get_order", arguments: order }] },
  { results: [{ id: "1", response: { order_id: "K-1042", price_eur: 249, status: "delivered" } }] },
];
const refunded: readonly Said[] = [
  ...looked,
  { calls: [{ id: "2", name: "refund_order", arguments: order }] },
  { results: [{ id: "2", response: { refunded: 249 } }] },
];

const recorded = [
  chat({ id: 1, trace: 1, at: 0 }, asked, { calls: [{ id: "1", name: "get_order", arguments: order }] }),
  chat({ id: 2, trace: 1, at: 20 }, looked, { calls: [{ id: "2", name: "refund_order", arguments: order }] }),
  chat({ id: 3, trace: 1, at: 40 }, refunded, { assistant: "I have refunded 249 EUR for your order K-1042." }),
];
