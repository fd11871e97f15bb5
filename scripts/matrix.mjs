// Runs the matrix of the instrumentation with the library majors that this repository itself cannot install: each package
// of instrumentation/matrix from its own lockfile, with the Node that it brings. `npm run matrix`; `--sample` goes
// through one cell of each app only, `--installed` leaves the installations as they are.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = `${root}instrumentation/matrix/`;

function run(command, args, options) {
  const { status } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (status !== 0) process.exit(status ?? 1);
}

if (!process.argv.includes("--installed")) {
  for (const name of readdirSync(packages)) {
    // Some refuse the Node that installs them; another one runs them.
    run("npm", ["ci", "--engine-strict=false", "--no-audit", "--no-fund"], { cwd: packages + name });
  }
}
run(`${root}node_modules/.bin/vitest`, ["run", "test/instrumentation/matrix"], {
  cwd: root,
  env: { ...process.env, TURNWISE_MATRIX: process.argv.includes("--sample") ? "sample" : "packages" },
});
