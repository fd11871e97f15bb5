/**
 * Looks through the log before SQLite does. Of a damaged one SQLite replays the beginning and drops the rest without a word,
 * even when the database had more of it already. Here the damaged files are kept, what can be had is had, and it is said.
 */
import { rmSync } from "node:fs";
import { basename } from "node:path";
import { keepCopies, type KeptCopy, putBack } from "./kept-copies.ts";
import { findLogDamage } from "./log-damage.ts";
import { readLog } from "./log-file.ts";
import { readLogIndex } from "./log-index.ts";
import { rewriteLog } from "./rewrite-log.ts";

/** What was found, in sentences, and what to do about it. */
export interface FoundDamage {
  readonly message: string;
  readonly remedy: string;
}

export interface MendedLog extends FoundDamage {
  /** Puts the files back as they were, when the database is of no use with what was had of the log. */
  undo(): void;
}

/** Undefined when nothing is wrong with it. For the time in which nobody has the database open. */
export function mendLog(databaseFile: string, now: Date): MendedLog | undefined {
  const logFile = `${databaseFile}-wal`;
  const indexFile = `${databaseFile}-shm`;
  const index = readLogIndex(indexFile);
  const log = readLog(logFile, index);
  const damage = findLogDamage(log, index);
  if (damage === undefined) return undefined;
  const copies = keepCopies([logFile, indexFile], now);
  const identity = log?.head ?? index;
  if (damage.rewritten !== undefined && identity !== undefined) {
    rewriteLog(logFile, identity, damage.rewritten);
    rmSync(indexFile, { force: true }); // it speaks of the old one
  }
  return { ...describe(logFile, damage.isLost, copies), undo: () => putBack(copies) };
}

function describe(logFile: string, isLost: boolean, copies: readonly KeptCopy[]): FoundDamage {
  const kept = `The damaged files were kept as ${copies.map(({ at }) => basename(at)).join(" and ")}.`;
  if (!isLost) {
    const message = `The log ${logFile} is damaged. Nothing is lost: the database had what the damage took.`;
    return { message, remedy: `${kept} Look after the disk.` };
  }
  return {
    message: `The log ${logFile} is damaged. What was stored last may be lost; everything before the damage is there.`,
    remedy: `${kept} To have what is missing, restore a backup or have it sent again; look after the disk.`,
  };
}
