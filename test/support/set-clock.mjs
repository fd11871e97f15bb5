// Preloaded into a process under test: its clock, in all its threads, is off by as many milliseconds as the file named by
// TEST_CLOCK_FILE holds. Only the date is set, as an administrator or NTP would; time that has passed stays what it is.
import { readFileSync } from "node:fs";

const now = Date.now;
const Real = Date;
let offset = 0;
let readAt = -Infinity;

function offsetMs() {
  if (performance.now() - readAt > 50) {
    readAt = performance.now();
    offset = Number(readFileSync(process.env.TEST_CLOCK_FILE, "utf8"));
  }
  return offset;
}

globalThis.Date = class extends Real {
  constructor(...args) {
    super(...(args.length === 0 ? [Real.now()] : args));
  }
};
Real.now = globalThis.Date.now = () => now() + offsetMs();
