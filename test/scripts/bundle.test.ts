/** What Node starts becomes one file, and still finds what lies beside its modules. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleEntries } from "../../scripts/bundle.mjs";

const folder = mkdtempSync(join(tmpdir(), "turnwise-bundle-"));
const dist = join(folder, "dist");

/** A command that starts a thread; both share a module that reads a text beside it. */
const files = {
  "package.json": '{ "type": "module" }',
  "examples/outside.mjs": "export const outside = import.meta.url;",
  "dist/words/hello.md": "hello",
  "dist/words/words.js": `import { readFileSync } from "node:fs";
    export const hello = readFileSync(new URL("./hello.md", import.meta.url), "utf8");`,
  "dist/deep/echo-thread.js": `import { parentPort } from "node:worker_threads";
    import { hello } from "../words/words.js";
    parentPort.postMessage(hello + " from a thread");`,
  "dist/deep/start.js": `import { Worker } from "node:worker_threads";
    export const start = () => new Worker(new URL("./echo-thread.js", import.meta.url));`,
  "dist/late.js": `export { hello } from "./words/words.js";
    export const outside = async () => (await import("../examples/outside.mjs")).outside;`,
  "dist/cli/cli.js": `#!/usr/bin/env node
    import { start } from "../deep/start.js";
    import { hello } from "../words/words.js";
    const late = await import("../late.js");
    console.log(hello, late.hello, await late.outside());
    start().on("message", (text) => console.log(text));`,
};

beforeAll(async () => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  await bundleEntries(dist);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it("does what it did, with what lies beside its modules and outside of them", () => {
  // Without the modules: nothing reads them any more.
  for (const name of ["words/words.js", "deep/start.js", "late.js"]) rmSync(join(dist, name));
  const printed = execFileSync(process.execPath, [join(dist, "cli/cli.js")], { encoding: "utf8" });
  expect(printed).toBe(`hello hello file://${folder}/examples/outside.mjs\nhello from a thread\n`);
});

it("is one file for each thread, and reads late what was read late", () => {
  const thread = readFileSync(join(dist, "deep/echo-thread.js"), "utf8");
  expect(thread).not.toMatch(/from "\./);
  expect(readdirSync(join(dist, "cli")).filter((name) => name.startsWith("part-")).length).toBeGreaterThan(1);
  expect(readFileSync(join(dist, "cli/cli.js"), "utf8")).toMatch(/^#!.*\n[^]*import\("\.\/part-/);
});
