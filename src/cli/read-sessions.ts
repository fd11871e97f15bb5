import { StartError } from "../model/errors.ts";
import type { BuiltSession } from "../model/session.ts";
import { toPrintableLine } from "./printable.ts";
import { count } from "./quantities.ts";
import { readLines } from "./read-lines.ts";
import type { Output } from "./terminal.ts";

/** The sessions in OTLP files; says on `err` what was left out. Throws StartError when a file cannot be read. */
export async function readSessions(files: readonly string[], err: Output): Promise<readonly BuiltSession[]> {
  const { replayFiles } = await import("../replay.ts");
  try {
    return await replayFiles(files, (path, leftOut, reason) => {
      err.write(
        `warning: ${toPrintableLine(path)}: ${count(leftOut, "record")} left out: ${toPrintableLine(reason)}\n`,
      );
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StartError("file_unreadable", message, "Give files that hold OTLP export requests", { cause: error });
  }
}

/** Does the file begin as an OTLP export request, or a list of them, does? Its end is not looked at. */
export async function holdsOtlp(path: string): Promise<boolean> {
  if (/\.pb(?:\.gz)?$/.test(path)) return true;
  let head = "";
  for await (const line of readLines(path)) {
    head += `${line}\n`;
    if (head.trim().length > headLength) break;
  }
  return /^\s*\[?\s*\{\s*"resource_?(?:spans|logs|metrics)"/i.test(head);
}

const headLength = 100;
