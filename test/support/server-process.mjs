// `turnwise serve` as a process of its own, on free ports: for tests and commands that kill it, measure it, or send it what
// could end it. Its threads tell on stderr when something has written to a prototype that everything shares.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../dist/cli/cli.js", import.meta.url));
const watchPrototypes = new URL("watch-prototypes.mjs", import.meta.url).href;

/** Rejects with what it said when it ends before it is up. `shell` runs before it in the same process, such as `ulimit -n 64`. */
export async function startServerProcess({ dataDir, env = {}, config, args = [], shell }) {
  const options = config === undefined ? args : ["--config", config, ...args];
  const command = [process.execPath, "--import", watchPrototypes, cli, "serve", "--json", ...options];
  const [program, ...rest] = shell === undefined ? command : ["sh", "-c", `${shell}; exec "$@"`, "sh", ...command];
  const child = spawn(program, rest, {
    env: { PATH: process.env.PATH, HOME: dataDir, ...freePorts, TURNWISE_DATA_DIR: dataDir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (data) => (stderr += data));
  const ended = new Promise((resolve) => child.once("close", (status, signal) => resolve(signal ?? status)));
  const killWithUs = () => child.kill("SIGKILL"); // whatever ends the tester
  process.once("exit", killWithUs);
  void ended.then(() => process.off("exit", killWithUs));
  const urls = await Promise.race([
    firstLine(child.stdout).then(JSON.parse),
    ended.then((how) => Promise.reject(new Error(`the server ended with ${how}: ${stderr}`))),
  ]);
  child.stdout.resume();
  const { pid } = child;
  return {
    pid,
    otlpUrl: urls.otlp_url,
    otlpGrpcUrl: urls.otlp_grpc_url ?? undefined,
    apiUrl: urls.api_url,
    healthUrl: urls.health_url,
    metricsUrl: urls.metrics_url,
    dataDir,
    ended,
    stderr: () => stderr,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    signal: (name) => void child.kill(name),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
    /** Resident memory in bytes: now, and the most since the last call of `forgetPeak`. */
    residentBytes: () => memoryOf(pid, "VmRSS"),
    peakBytes: () => memoryOf(pid, "VmHWM"),
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, "5"),
    processorMs: () => processorMsOf(pid),
    openFiles: () => readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** Without those of the tester: what a server under test does is decided by the test. */
const freePorts = {
  TURNWISE_HOST: "127.0.0.1",
  TURNWISE_PORT: "0",
  TURNWISE_OTLP_HTTP_PORT: "0",
  TURNWISE_OTLP_GRPC_PORT: "0",
  TURNWISE_HEALTH_PORT: "0",
  TURNWISE_METRICS_PORT: "0",
  TURNWISE_IDLE_TIMEOUT: "300ms",
};

/** User and system time, the 14th and 15th field of /proc/PID/stat, in ticks of a hundredth of a second. */
function processorMsOf(pid) {
  const afterName = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  return (Number(afterName[11]) + Number(afterName[12])) * 10;
}

function memoryOf(pid, name) {
  const line = readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`^${name}:\\s+(\\d+)`, "m"));
  return Number(line?.[1] ?? 0) * 1024;
}

function firstLine(stream) {
  return new Promise((resolve) => {
    let text = "";
    const read = (chunk) => {
      text += chunk;
      if (!text.includes("\n")) return;
      stream.off("data", read);
      resolve(text.slice(0, text.indexOf("\n")));
    };
    stream.on("data", read);
  });
}
