import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hooksImportCheaply } from "../../instrumentation/src/libraries/module-hooks.ts";
import type { AppOptions, AppResult } from "./run-app.ts";
import { runWithModel } from "./run-with-model.ts";
import { type Collector, startCollector } from "./start-collector.ts";

const installed = fileURLToPath(new URL("../../node_modules/", import.meta.url));
let collector: Collector;
let project: string;

beforeEach(async () => {
  collector = await startCollector();
  project = mkdtempSync(join(tmpdir(), "turnwise-loading-"));
});
afterEach(async () => {
  await collector.close();
  rmSync(project, { recursive: true });
});

const run = async (app: string, options: AppOptions = {}): Promise<AppResult> =>
  runWithModel(app, { ...options, env: { ...collector.env, ...options.env } });
const conversations = (): unknown[] =>
  collector.spans().map(({ attributes }) => attributes.get("gen_ai.conversation.id"));

describe("whenever and however openai is loaded", () => {
  it.each([
    { app: "late.mjs", expected: ["late"] },
    { app: "late.cjs", expected: ["late"] },
    { app: "both.mjs", expected: ["imported", "required"] },
    { app: "early-module.mjs", expected: ["at once"] },
  ])("records each call once: $app", async ({ app, expected }) => {
    const { code, stderr } = await run(app);
    expect(code).toBe(0);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(conversations()).toEqual(expected);
  });
});

/** Writes files of a project in a folder of its own, with our package installed. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
  }
  link("@turnwise/instrumentation", "node_modules/@turnwise/instrumentation");
}

function link(name: string, path: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  symlinkSync(join(installed, name), join(project, path));
}

const runProject = async (app: string, nodeArgs: readonly string[] = []): Promise<AppResult> =>
  run(join(project, app), { cwd: project, nodeArgs });

describe("in a project", () => {
  it("says that it found nothing, and records a copy that only a dependency has", async () => {
    write({
      "app.mjs": 'import "@turnwise/instrumentation/register"; const { go } = await import("dependency"); await go();',
      "node_modules/dependency/package.json": '{"name":"dependency","type":"module","exports":"./index.js"}',
      "node_modules/dependency/index.js": `import OpenAI from "openai"; import { ask } from ${JSON.stringify(asks)};
        export const go = () => ask(OpenAI, "nested");`,
    });
    link("openai", "node_modules/dependency/node_modules/openai");
    const { code, stderr } = await runProject("app.mjs");
    expect({ code, conversations: conversations() }).toEqual({ code: 0, conversations: ["nested"] });
    expect(stderr.trim()).toMatch(
      /^turnwise: no supported library found yet; recording those that load later, sending to \S+$/,
    );
  });

  it.each(["import", "require"])("leaves a version it does not know alone and says so (%s)", async (way) => {
    const load =
      way === "import" ? 'const { default: OpenAI } = await import("openai")' : 'const OpenAI = require("openai")';
    const require =
      way === "import"
        ? ""
        : 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
    write({
      "app.mjs": `import "@turnwise/instrumentation/register"; ${require} ${load}; console.log(OpenAI.name);`,
      "node_modules/openai/package.json": '{"name":"openai","version":"3.3.0","main":"index.js"}',
      "node_modules/openai/index.js": "module.exports = class OldClient {};",
    });
    const { code, stdout, stderr } = await runProject("app.mjs");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "OldClient\n" });
    expect(stderr.match(/openai 3\.3\.0 is loaded but not recorded: this version is not supported/g)).toHaveLength(1);
  });

  it("says it when a supported version does not look as expected", async () => {
    write({
      "app.cjs": 'require("@turnwise/instrumentation/register"); console.log(typeof require("openai"));',
      "node_modules/openai/package.json": '{"name":"openai","version":"6.0.0","main":"index.js"}',
      "node_modules/openai/index.js": "module.exports = class Strange {};",
    });
    const { code, stdout, stderr } = await runProject("app.cjs");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "function\n" });
    expect(
      stderr.match(/openai 6\.0\.0 is loaded but not recorded: its classes do not look as expected/g),
    ).toHaveLength(1);
  });

  it("lets a library that fails to load fail as it does without us", async () => {
    write({
      "app.mjs": `import "@turnwise/instrumentation/register";
        console.log(await import("openai").catch(({ message }) => message));`,
      "node_modules/openai/package.json": '{"name":"openai","version":"6.0.0","type":"module","exports":"./index.js"}',
      "node_modules/openai/index.js": 'throw new Error("out of order");',
    });
    const { code, stdout } = await runProject("app.mjs");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "out of order\n" });
  });

  describe("loads no library that the application does not load", () => {
    /** Says when it is evaluated. */
    const library = (name: string) => ({
      [`node_modules/${name}/package.json`]: `{"name":"${name}","version":"6.0.0","type":"module","exports":"./index.js"}`,
      [`node_modules/${name}/index.js`]: `console.log("${name}"); export const generateText = () => "";`,
    });
    const register = "@turnwise/instrumentation/register";
    const whenAsked = "runs\nai\nloaded\n";
    // Without hooks in the application's own thread Node does not say in time what it is about to load.
    const whenPreloaded = hooksImportCheaply() ? whenAsked : "openai\nai\nruns\nloaded\n";

    it.each([
      { way: "import first", app: "app.mjs", first: `import "${register}";`, nodeArgs: [], printed: whenAsked },
      { way: "require", app: "app.cjs", first: `require("${register}");`, nodeArgs: [], printed: whenAsked },
      { way: "node --import", app: "app.mjs", first: "", nodeArgs: ["--import", register], printed: whenPreloaded },
      { way: "node --require", app: "app.cjs", first: "", nodeArgs: ["--require", register], printed: whenPreloaded },
    ])("$way", async ({ app, first, nodeArgs, printed }) => {
      write({
        [app]: `${first} console.log("runs"); import("ai").then(() => console.log("loaded"));`,
        ...library("ai"),
        ...library("openai"),
      });
      const { code, stdout } = await runProject(app, nodeArgs);
      expect({ code, stdout }).toEqual({ code: 0, stdout: printed });
    });
  });

  it("leaves another hook on the same library its own, without a warning", async () => {
    write({
      "hook.mjs": `import { register } from "node:module"; import { Hook } from "import-in-the-middle";
        register("import-in-the-middle/hook.mjs", import.meta.url, { data: { include: ["openai"] } });
        new Hook(["openai"], () => console.log("told"));`,
      // What is not imported next to us makes us register a hook, too, where hooks have a thread of their own.
      "node_modules/ai/package.json": '{"name":"ai","version":"6.0.0","type":"module","exports":"./index.js"}',
      "node_modules/ai/index.js": 'export const generateText = () => "";',
      "app.mjs": `import "@turnwise/instrumentation/register"; import OpenAI from "openai";
        import { ask } from ${JSON.stringify(asks)}; await import("ai"); await ask(OpenAI, "beside");`,
    });
    link("openai", "node_modules/openai");
    cpSync(join(installed, "import-in-the-middle"), join(project, "node_modules/import-in-the-middle"), {
      recursive: true,
    });
    for (const name of ["cjs-module-lexer", "es-module-lexer", "module-details-from-path"])
      link(name, `node_modules/${name}`);
    const { code, stdout, stderr } = await runProject("app.mjs", ["--import", "./hook.mjs"]);
    expect({ code, stdout, conversations: conversations() }).toEqual({
      code: 0,
      stdout: "told\n",
      conversations: ["beside"],
    });
    expect(stderr).toMatch(/^turnwise: [^\n]*\n$/);
  });

  // The real version 4 has `openai/shims/*`: modules that throw unless they are evaluated before the rest.
  it.each([
    { name: "imported first", nodeArgs: [], first: 'import "@turnwise/instrumentation/register";' },
    { name: "node --import", nodeArgs: ["--import", "@turnwise/instrumentation/register"], first: "" },
  ])("does not evaluate openai 4 before the application does ($name)", async ({ nodeArgs, first }) => {
    write({
      "app.mjs": `${first} import "openai/first.mjs"; import OpenAI from "openai"; import { ask } from ${JSON.stringify(asks)};
        await ask(OpenAI, "ordered"); console.log(globalThis.order.join());`,
      "node_modules/openai/package.json":
        '{"name":"openai","version":"4.104.0","exports":{".":{"require":"./index.js","default":"./index.mjs"},"./*":"./*"}}',
      "node_modules/openai/first.mjs": 'globalThis.order = ["first"];',
      "node_modules/openai/index.mjs": `globalThis.order.push("openai"); export * from "modern-openai"; export { default } from "modern-openai";`,
    });
    link("openai", "node_modules/openai/node_modules/modern-openai");
    const { code, stdout } = await runProject("app.mjs", nodeArgs);
    expect({ code, stdout, conversations: conversations() }).toEqual({
      code: 0,
      stdout: "first,openai\n",
      conversations: ["ordered"],
    });
  });

  it("works from its packed files alone", async () => {
    cpSync(
      join(installed, "@turnwise/instrumentation/dist"),
      join(project, "node_modules/@turnwise/instrumentation/dist"),
      { recursive: true },
    );
    cpSync(
      join(installed, "@turnwise/instrumentation/package.json"),
      join(project, "node_modules/@turnwise/instrumentation/package.json"),
    );
    for (const name of ["openai", "@opentelemetry", "import-in-the-middle", "require-in-the-middle"])
      link(name, `node_modules/${name}`);
    writeFileSync(
      join(project, "app.mjs"),
      `import "@turnwise/instrumentation/register"; import OpenAI from "openai"; import { withSession } from "@turnwise/instrumentation";
       await withSession("packed", () => new OpenAI().chat.completions.create({ model: "hello", messages: [] }));`,
    );
    const { code } = await runProject("app.mjs");
    expect({ code, conversations: conversations() }).toEqual({ code: 0, conversations: ["packed"] });
  });
});

const asks = fileURLToPath(new URL("fixtures/asks.mjs", import.meta.url));

describe("the environment", () => {
  it.each([
    { env: { TURNWISE_QUIET: "1" }, stderr: /^$/, recorded: 1 },
    { env: { OTEL_SDK_DISABLED: "true" }, stderr: /^turnwise: off, as OTEL_SDK_DISABLED/, recorded: 0 },
    { env: { OTEL_TRACES_EXPORTER: "none" }, stderr: /^turnwise: off, as/, recorded: 0 },
    { env: { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "http, openai" }, stderr: /recording (?!openai )/, recorded: 0 },
    { env: { OTEL_TRACES_SAMPLER: "always_off" }, stderr: /recording openai/, recorded: 0 },
    { env: { TURNWISE_OTLP_ENDPOINT: "nonsense" }, stderr: /not recording: not an http URL: nonsense/, recorded: 0 },
  ])("is obeyed: $env", async ({ env, stderr, recorded }) => {
    const result = await run("early-module.mjs", { env });
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(stderr);
    expect(conversations()).toHaveLength(recorded);
  });
});
