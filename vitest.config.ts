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

/** What is tested here is pure: its files can share a process, which saves reading the modules again for each (a third of the time). */
const pure = ["cost", "dialects", "evaluation", "otlp", "redaction", "session"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

export default defineConfig({
  plugins: [workersRunCompiled],
  test: {
    maxWorkers: 2, // vitest would leave one of two processors to itself, and much of what is tested is waiting
    testTimeout: 20_000,
    hookTimeout: 30_000,
    projects: [
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      { extends: true, test: { name: "whole", include: ["test/**/*.test.ts"], exclude: pure } },
    ],
  },
});
