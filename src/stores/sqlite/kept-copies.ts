/** Copies of damaged files, for whoever wants to have more of them than this server can. */
import { closeSync, constants, copyFileSync, existsSync, fsyncSync, openSync, renameSync } from "node:fs";

export interface KeptCopy {
  readonly of: string;
  readonly at: string;
}

/** Beside the files, with the time in their names: a second damage does not take the place of the first. */
export function keepCopies(files: readonly string[], now: Date): readonly KeptCopy[] {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const copies = files.filter((file) => existsSync(file)).map((of) => ({ of, at: `${of}.${time}.backup` }));
  for (const { of, at } of copies) {
    copyFileSync(of, at, constants.COPYFILE_FICLONE);
    flush(at);
  }
  return copies;
}

export function putBack(copies: readonly KeptCopy[]): void {
  for (const { of, at } of copies) renameSync(at, of);
}

/** Returns when the file, or the names in the folder, are on the disk. */
export function flush(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
