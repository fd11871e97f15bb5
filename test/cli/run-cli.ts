/** Runs the compiled command as a user does: a process of its own, in an empty folder, with a clean environment. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const cli = fileURLToPath(new URL("../../dist/cli/cli.js", import.meta.url));

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Env = Readonly<Record<string, string>>;

/** Nobody listens there: 9 is the discard port. */
export const nowhere = "http://127.0.0.1:9";

/** Starts a command; it sees nothing of the tester's environment but the path. */
export function startCli(args: readonly string[], env: Env = {}, cwd = emptyFolder()): ChildProcess {
  const own = { PATH: process.env["PATH"], HOME: cwd, TURNWISE_URL: nowhere, ...env };
  return spawn(process.execPath, [cli, ...args], { cwd, env: own, stdio: ["ignore", "pipe", "pipe"] });
}

export async function runCli(args: readonly string[], env: Env = {}, cwd = emptyFolder()): Promise<Ran> {
  const child = startCli(args, env, cwd);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (data: Buffer) => (stdout += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
  const status = await new Promise<number | null>((resolve) => {
    child.on("close", resolve);
  });
  return { status, stdout, stderr };
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Removed when the test file is through. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "turnwise-cli-"));
  folders.push(folder);
  return folder;
}
