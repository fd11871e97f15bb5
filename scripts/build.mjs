// Compiles the server into dist/, the client and the instrumentation into their own dist/, and copies what is not TypeScript
// (SQL migrations, prompts) beside the compiled files that read it. What Node starts is bundled then.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleEntries } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = fileURLToPath(import.meta.resolve("typescript/package.json")).replace("package.json", "bin/tsc");

function compile(project) {
  const { status } = spawnSync(process.execPath, [tsc, "-p", project], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

rmSync(`${root}dist`, { recursive: true, force: true });
for (const project of ["client", "instrumentation"]) rmSync(`${root}${project}/dist`, { recursive: true, force: true });
for (const project of ["client", "instrumentation", "src"]) compile(project);
cpSync(`${root}src`, `${root}dist`, {
  recursive: true,
  filter: (path) => !path.endsWith(".ts") && !path.endsWith("tsconfig.json"),
});
await bundleEntries(`${root}dist`);
if (existsSync(`${root}dist/cli/cli.js`)) chmodSync(`${root}dist/cli/cli.js`, 0o755);
