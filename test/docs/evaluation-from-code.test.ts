/** The programs in the pages about evaluation, run as they stand there with the compiled packages. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Turnwise } from "@turnwise/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ScriptedModel, startScriptedModel } from "../../examples/scripted-model.mjs";
import { startTestServer, type TestServer } from "../support/server.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const installed = [
  ["turnwise", root],
  ["openai", join(root, "node_modules/openai")],
  ["@turnwise/client", join(root, "client")],
] as const;

let server: TestServer;
let model: ScriptedModel;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "turnwise-docs-"));
  mkdirSync(join(folder, "node_modules/@turnwise"), { recursive: true });
  for (const [name, path] of installed) symlinkSync(path, join(folder, "node_modules", name));
  model = await startScriptedModel(() => ({ message: { content: "It is cheap.\nGRADE: C" } }));
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  await model.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a program of the page's prints, line by line; the first is 0. */
async function print(page: string, at = 0): Promise<readonly string[]> {
  const programs = [...readFileSync(join(root, "docs", page), "utf8").matchAll(/```ts\n([^]*?)```/g)];
  const [, program = ""] = programs[at] ?? [];
  const file = join(folder, `${page}.mjs`);
  writeFileSync(file, program);
  const own = { TURNWISE_URL: server.apiUrl, OPENAI_BASE_URL: model.url, OPENAI_API_KEY: "sk-test" };
  const env = { PATH: process.env["PATH"], ...own };
  const { stdout } = await run(process.execPath, [file], { cwd: folder, env });
  return stdout.trim().split("\n");
}

it("evaluates from code as docs/evaluation-server.md says", async () => {
  writeFileSync(join(folder, "answers.csv"), "id,input,output,expected\ngood,a,yes,yes\nbad,b,no,yes\n");
  const lines = await print("evaluation-server.md");
  expect(lines[0]).toMatch(/^{ contains: 1, levenshtein: 0\.125 }$/);
  expect(lines.at(1)).toBe("2 items");
  expect(lines.slice(-2)).toEqual(["bad 0", "good 1"]);
});

it("validates and measures the sessions of a server as docs/validators.md and docs/metrics.md say", async () => {
  const called = { id: "1", type: "function", function: { name: "get_order", arguments: "{}" } } as const;
  const turnwise = new Turnwise({ baseUrl: server.apiUrl ?? "" });
  const { session_id: id } = await turnwise.submit({
    messages: [
      { role: "user", content: "Where is my order?" },
      { role: "assistant", content: null, tool_calls: [called] },
      { role: "tool", tool_call_id: "1", content: "It is lost." },
      { role: "assistant", content: "I am sorry, it is lost." },
    ],
  });
  await turnwise.wait(id, { pollMs: 25 });
  expect((await print("validators.md"))[0]).toMatch(new RegExp(`^${id} true .*get_order`));
  expect(await print("metrics.md")).toEqual([`${id} 0.5 0`]);
});

it("asks a model through OpenAI's own client as docs/judged-expectations.md says", async () => {
  expect((await print("judged-expectations.md"))[0]).toMatch(/^true Tool "book" call has passed/);
  expect(model.requests).toHaveLength(2);
});

it("AI-27: writes a page of what a judge said as docs/metrics.md says", async () => {
  expect(await print("metrics.md", 1)).toEqual([""]);
  const page = readFileSync(join(folder, "inspection.html"), "utf8");
  expect(page).toContain("<title>Flights</title>");
  expect(page).toContain('<th scope="row"><bdi>travel agent</bdi></th><td>1</td><td class="share-4">1.0000</td>');
  expect(page).toContain("It is cheap.&#10;GRADE: C");
  expect(page).toMatch(/<h4>Prompt<\/h4><pre dir="auto">[^<]*The cheapest flight is booked\./);
});
