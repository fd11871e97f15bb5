import { pathToFileURL } from "node:url";
import { defineConfig, type Plugin } from "vitest/config";

/**
 * Tests run the TypeScript sources, but a worker thread or a process is started by Node itself, which on Node 20 runs only
 * JavaScript. So the modules that start them find them in dist/, which `npm test` has just built.
 */
const workersRunCompiled: Plugin = {
  name: "workers-run-compiled",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("/src/") || !/new Worker\(|spawn\(/.test(code)) return;
    const compiled = pathToFileURL(id.replace("/src/", "/dist/").replace(/\.ts$/, ".js")).href;
    return code.replaceAll(
      /new URL\((["'][^"']+-(?:thread|process)\.js["']), import\.meta\.url\)/g,
      `new URL($1, "${compiled}")`,
    );
  },
};

/**
 * What puts libraries, processes or the machine's memory to the test, or a double in a module's place, gets a process for each
 * file. The other files share some, which saves reading the modules again for each: a third of their processor time. They are
 * dealt out beforehand, so those that take long by themselves are better apart too.
 */
const apart = [
  ...["adversarial", "bench", "conformance", "docs", "instrumentation"].map((folder) => `test/${folder}/**/*.test.ts`),
  // The other integration tests have their servers in the tester's process, as those of the API.
  ...["*crash", "durability", "evaluation-thread", "forwarding", "judge-failures", "judge-storm", "killed-server"].map(
    (file) => `test/integration/${file}.test.ts`,
  ),
  ...["lifecycle", "rebuild", "soak", "start-failures"].map((file) => `test/integration/${file}.test.ts`),
  ...["cli/cli", "cli/judge", "cli/labels", "cli/serve", "intake/voice-door", "reloadable-server", "stores/sqlite"].map(
    (file) => `test/${file}.test.ts`,
  ),
  "test/extensions/token-table.test.ts",
  "test/intake/speech-addresses.test.ts",
];

export default defineConfig({
  plugins: [workersRunCompiled],
  test: {
    maxWorkers: 3, // on two processors: much of what is tested is waiting
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      { extends: true, test: { name: "shared", include: ["test/**/*.test.ts"], exclude: apart, isolate: false } },
      { extends: true, test: { name: "apart", include: apart } },
    ],
  },
});
