/** Waits for the end of the standard input, which is that of the parent, however it ends, and ends the process at once. */
import { readSync } from "node:fs";

const byte = new Uint8Array(1);
while (readSync(0, byte) > 0);
process.kill(process.pid, "SIGKILL");
