/** Looks, beside the work and behind it, through a database that is too large to be looked through before the start. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Logger } from "../../component/component.ts";
import type { FoundDamage } from "./mend-log.ts";
import { MAX_CHECKED_BYTES } from "./open-database.ts";

export interface DatabaseCheck {
  /** Resolves when nobody reads any more. */
  stop(): Promise<void>;
}

export interface DatabaseCheckOptions {
  readonly databaseFile: string;
  readonly logger: Logger;
  readonly onDamage: (damage: FoundDamage) => void;
}

/** While somebody reads the log cannot be shortened, so that it must come to an end. */
const MAX_CHECK_MS = 10 * 60_000;

/** The smaller ones were checked when they were opened: see openWriter. */
export function checkInBackground({ databaseFile, logger, onDamage }: DatabaseCheckOptions): DatabaseCheck {
  if (statSync(databaseFile).size <= MAX_CHECKED_BYTES) return { stop: async () => undefined };
  const script = fileURLToPath(new URL("./check-process.js", import.meta.url));
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [script, databaseFile], { env, stdio: ["pipe", "pipe", "ignore"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), MAX_CHECK_MS);
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  let isStopping = false;
  child.stdout.on("data", () => child.stdin.end()); // it has said it all
  const ended = Promise.all([text(child.stdout), once(child, "close")])
    .then(([said]) => (isStopping ? undefined : tell(said.trim())))
    .catch((error: unknown) => logger.warn({ err: error }, "the database could not be checked"))
    .finally(() => clearTimeout(timer));

  function tell(said: string): void {
    if (said === "ok") logger.info({}, "the database was checked and is sound");
    else if (said === "") logger.warn({}, "the database was not checked to the end; a smaller one would be");
    else onDamage(describe(databaseFile, said));
  }

  return {
    async stop() {
      isStopping = true;
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function describe(databaseFile: string, problem: string): FoundDamage {
  return {
    message: `The database ${databaseFile} is damaged: ${problem}`,
    remedy:
      "Stop the server and keep a copy of its data folder; then restore a backup, or move the file away to begin with an empty one.",
  };
}
