/** Applications that do not run as they were written: compiled on the fly, or bundled into one file. */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAppProject } from "./matrix/app-project.ts";
import { runWithModel } from "./run-with-model.ts";
import { type Collector, startCollector } from "./start-collector.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let collector: Collector;
let project: string;

beforeEach(async () => {
  collector = await startCollector();
  project = createAppProject({ name: "built", modules: { openai: "openai" } }, root);
});
afterEach(async () => {
  await collector.close();
  rmSync(project, { recursive: true });
});

const application = `
  const ask = async (id: string): Promise<void> => {
    const messages = [{ role: "user" as const, content: "hi" }];
    await withSession(id, () => new OpenAI().chat.completions.create({ model: "hello", messages }));
  };
  void ask("built");`;
const imports = 'import OpenAI from "openai"; import { withSession } from "@turnwise/instrumentation";';
const usFirst = 'import "@turnwise/instrumentation/register";';
const importsUsFirst = `${usFirst} ${imports} ${application}`;
const preload = ["--import", "@turnwise/instrumentation/register"];
const tsx = ["--import", import.meta.resolve("tsx")];

async function run(file: string, nodeArgs: readonly string[] = []) {
  const { code, stderr } = await runWithModel(join(project, file), { cwd: project, nodeArgs, env: collector.env });
  return {
    code,
    stderr,
    conversations: collector.spans().map((span) => span.attributes.get("gen_ai.conversation.id")),
  };
}

function bundle(source: string, ...options: readonly string[]): void {
  writeFileSync(join(project, "app.ts"), source);
  const args = ["app.ts", "--bundle", "--platform=node", "--format=esm", "--outfile=bundle.mjs", ...options];
  execFileSync(join(root, "node_modules/.bin/esbuild"), args, { cwd: project, stdio: "pipe" });
}

const recordsOnce = {
  code: 0,
  stderr: expect.stringMatching(/^turnwise: recording openai 6\.49\.0, sending to \S+\n$/) as string,
  conversations: ["built"],
};

describe("tsx", () => {
  it.each([
    { name: "app.mts", first: true, why: "an ES module that imports us first" },
    { name: "app.ts", first: true, why: "a module of a package without a type, which becomes CommonJS" },
    { name: "app.mts", first: false, why: "an ES module with us preloaded" },
    { name: "app.ts", first: false, why: "a CommonJS module with us preloaded" },
  ])("records $why ($name)", async ({ name, first }) => {
    writeFileSync(join(project, name), first ? importsUsFirst : `${imports} ${application}`);
    expect(await run(name, first ? tsx : [...preload, ...tsx])).toEqual(recordsOnce);
  });
});

describe("a bundle", () => {
  it("is recorded when packages stay outside of it", async () => {
    bundle(importsUsFirst, "--packages=external");
    expect(await run("bundle.mjs")).toEqual(recordsOnce);
  });

  it("is recorded when it holds the library and hands it over, as long as we stay outside of it", async () => {
    const handsOver = `import * as openai from "openai"; import { instrumentModules } from "@turnwise/instrumentation";
      instrumentModules({ openai });`;
    bundle(`${usFirst} ${imports} ${handsOver} ${application}`, "--external:@turnwise/instrumentation");
    rmSync(join(project, "node_modules/openai"));
    const stderr = expect.stringContaining("no supported library found yet") as string;
    expect(await run("bundle.mjs")).toEqual({ ...recordsOnce, stderr });
  });
});

it("says what cannot be recorded of what is handed over", async () => {
  const source = `import { instrumentModules } from "@turnwise/instrumentation";
    instrumentModules({ openai: { OpenAI: class Strange {} }, left: () => 1 });`;
  writeFileSync(join(project, "app.mjs"), source);
  const { code, stderr } = await run("app.mjs");
  expect({ code, stderr: stderr.trim().split("\n") }).toEqual({
    code: 0,
    stderr: [
      "turnwise: openai (bundled) is loaded but not recorded: its classes do not look as expected",
      "turnwise: left (bundled) is loaded but not recorded: it is no library that can be recorded",
    ],
  });
});
