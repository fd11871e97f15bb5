/** The program in docs/evaluation-server.md, run as it stands there. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { startTestServer } from "../support/server.ts";

const run = promisify(execFile);
const page = readFileSync(new URL("../../docs/evaluation-server.md", import.meta.url), "utf8");
const client = new URL("../../client/dist/index.js", import.meta.url);

it("evaluates from code as docs/evaluation-server.md says", async () => {
  const [, program = ""] = /```ts\n([^]*?)```/.exec(page) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "turnwise-docs-"));
  const server = await startTestServer();
  try {
    writeFileSync(join(folder, "answers.csv"), "id,input,output,expected\ngood,a,yes,yes\nbad,b,no,yes\n");
    const file = join(folder, "program.mjs");
    writeFileSync(file, program.replace("@turnwise/client", client.href));
    const env = { PATH: process.env["PATH"], TURNWISE_URL: server.apiUrl };
    const { stdout } = await run(process.execPath, [file], { cwd: folder, env });
    const lines = stdout.trim().split("\n");
    expect(lines[0]).toMatch(/^{ contains: 1, levenshtein: 0\.125 }$/);
    expect(lines.at(1)).toBe("2 items");
    expect(lines.slice(-2)).toEqual(["bad 0", "good 1"]);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
