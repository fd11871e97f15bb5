/** Twenty seconds of steady load. `npm run soak` is an hour of it, after which memory must have stayed the same within a tenth. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const command = fileURLToPath(new URL("../../bench/soak.mjs", import.meta.url));

test(
  "a server under steady load refuses nothing, and grows no faster than its caches fill",
  { timeout: 90_000 },
  async () => {
    // While caches still fill, memory grows by more than the tenth that is allowed later.
    const args = [command, "--minutes", "0.34", "--rate", "400", "--growth", "1.5"];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    const status = await new Promise((resolve) => child.once("close", resolve));
    expect(output).toMatch(/\d+ spans, 0 refused; memory in the last fifth \/ in the second: [\d.]+, flat/);
    expect(output.match(/spans\/s, p99 [\d.]+ ms, \d+ MB resident/g)?.length).toBeGreaterThan(15);
    expect(status).toBe(0);
  },
);
