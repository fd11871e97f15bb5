// Everything that can be said about the code without running it: format, lint, types, the architecture, the dependencies.
// All checks run even when one fails, so that one run shows everything.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const checks = {
  format: ["oxfmt", "--check", "."],
  lint: ["oxlint", "--type-aware", "--deny-warnings", "."],
  types: ["tsc", "--noEmit"],
  "types of the client, for browsers": ["tsc", "--noEmit", "-p", "client"],
  "types of the client, as the schemas say": ["tsx", "scripts/client-types.mjs", "--check"],
  architecture: [
    "vitest",
    "run",
    "--reporter=dot",
    ...["architecture", "dependencies", "instrumentation/library-table"].map((name) => `test/${name}.test.ts`),
  ],
};

function run([command, ...args]) {
  return new Promise((done) => {
    const child = spawn(`${root}node_modules/.bin/${command}`, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (data) => (output += data));
    child.stderr.on("data", (data) => (output += data));
    child.on("close", (status) => done({ ok: status === 0, output }));
  });
}

const started = Date.now();
const results = await Promise.all(Object.entries(checks).map(async ([name, command]) => [name, await run(command)]));
for (const [name, { ok, output }] of results) {
  console.log(`${ok ? "ok    " : "FAILED"} ${name}`);
  if (!ok) console.log(output);
}
console.log(`checked in ${((Date.now() - started) / 1000).toFixed(1)} s`);
process.exit(results.every(([, { ok }]) => ok) ? 0 : 1);
