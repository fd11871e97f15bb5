// Runs the conformance table (test/conformance) outside of the test runner. `npm run conformance -- --help` tells the options.
// The table and the sources are compiled into node_modules/.cache first, which takes a second or two.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = `${root}node_modules/.cache/turnwise-conformance/`;
const tsc = fileURLToPath(import.meta.resolve("typescript/package.json")).replace("package.json", "bin/tsc");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { status } = spawnSync(process.execPath, [tsc, "-p", "test/conformance", "--outDir", out], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
});
if (status !== 0) process.exit(status ?? 1);
for (const fixtures of ["otlp", "tls"])
  cpSync(`${root}test/fixtures/${fixtures}`, `${out}test/fixtures/${fixtures}`, { recursive: true });

const { runConformance } = await import(`${out}test/conformance/run-conformance.js`);
process.exitCode = await runConformance(process.argv.slice(2));
