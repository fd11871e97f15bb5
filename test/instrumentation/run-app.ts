import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface AppResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface AppOptions {
  readonly nodeArgs?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The Node that runs it. Default: this one. */
  readonly node?: string;
  /** Called with what the app has printed so far and a way to send it a signal. */
  readonly onOutput?: (output: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs a program of fixtures/ (or any path) as a Node process of its own, to its end. */
export async function runApp(app: string, options: AppOptions = {}): Promise<AppResult> {
  const path = app.startsWith("/") ? app : fileURLToPath(new URL(`fixtures/${app}`, import.meta.url));
  const startedAt = performance.now();
  const child = spawn(options.node ?? process.execPath, [...(options.nodeArgs ?? []), path, ...(options.args ?? [])], {
    env: { PATH: process.env["PATH"], OPENAI_API_KEY: "test", ...options.env },
    cwd: options.cwd ?? fileURLToPath(new URL("fixtures", import.meta.url)),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (data: string) => {
    stdout += data;
    options.onOutput?.(stdout, (signal) => child.kill(signal));
  });
  child.stderr.setEncoding("utf8").on("data", (data: string) => (stderr += data));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ code, signal, stdout, stderr, durationMs: performance.now() - startedAt });
    });
  });
}
