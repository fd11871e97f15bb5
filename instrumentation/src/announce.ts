import { writeSync } from "node:fs";

const said = new Set<string>();

/** Writes one line to stderr, unless TURNWISE_QUIET is set. Never fails: a closed stderr is the application's business. */
export function announce(message: string): void {
  if (isQuiet(process.env["TURNWISE_QUIET"])) return;
  try {
    writeSync(2, `turnwise: ${message}\n`);
  } catch {
    // There is nowhere left to say it.
  }
}

/** Like `announce`, but each topic is spoken of only once in the life of the process. */
export function announceOnce(topic: string, message: string): void {
  if (said.has(topic)) return;
  said.add(topic);
  announce(message);
}

const isQuiet = (value: string | undefined): boolean => value !== undefined && !["", "0", "false"].includes(value);
