/** A file that lines are appended to, and that makes room for a new one when it is full. */
import { mkdir, open, type FileHandle, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { codeOf, StartError, UnavailableError } from "../../model/errors.ts";

export interface RotatingFileOptions {
  readonly path: string;
  /** Each write is a gzip member of its own; together they are a gzip file. */
  readonly isCompressed: boolean;
  readonly createsFolder: boolean;
  readonly rotation?: { readonly maxBytes: number; readonly maxBackups: number; readonly maxAgeMs: number };
}

export interface RotatingFile {
  /** Throws a StartError when nothing can be written there. */
  open(): Promise<void>;
  /** Resolves when the line is on disk. Throws UnavailableError when the disk refuses. */
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const compress = promisify<string, Buffer>(gzip);

export function createRotatingFile(options: RotatingFileOptions): RotatingFile {
  const { path, isCompressed, createsFolder, rotation } = options;
  let handle: FileHandle | undefined;
  let size = 0;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;

  async function openFile(): Promise<FileHandle> {
    if (createsFolder) await mkdir(dirname(path), { recursive: true });
    const opened = await open(path, "a+");
    ({ size } = await opened.stat());
    if (size > 0 && !(await endsWhole(opened, size, isCompressed))) {
      await opened.close();
      await setAside(path);
      return openFile();
    }
    return opened;
  }

  /** Whatever waits is written, and flushed, together. */
  async function writeAll(): Promise<void> {
    for (let group = waiting; group.length > 0; group = waiting) {
      waiting = [];
      try {
        await write(group.map(({ line }) => line).join(""));
        for (const { resolve } of group) resolve();
      } catch (cause) {
        const error = new UnavailableError(`The file cannot be written (${codeOf(cause) ?? "unknown"}).`, { cause });
        for (const { reject } of group) reject(error);
      }
    }
    writing = undefined;
  }

  async function write(lines: string): Promise<void> {
    const bytes = isCompressed ? await compress(lines) : Buffer.from(lines);
    if (rotation !== undefined && size > 0 && size + bytes.length > rotation.maxBytes) await rotate(rotation);
    handle ??= await openFile();
    const before = size;
    try {
      await handle.appendFile(bytes);
      await handle.datasync();
      size += bytes.length;
    } catch (error) {
      await handle.truncate(before).catch(() => undefined); // half a line would spoil the next
      throw error;
    }
  }

  async function rotate({ maxBackups, maxAgeMs }: NonNullable<RotatingFileOptions["rotation"]>): Promise<void> {
    await handle?.close();
    handle = undefined;
    await setAside(path);
    const backups = await backupsOf(path);
    const old = maxBackups === 0 ? [] : backups.slice(0, Math.max(0, backups.length - maxBackups));
    const aged = maxAgeMs === 0 ? [] : await olderThan(backups, Date.now() - maxAgeMs);
    for (const backup of new Set([...old, ...aged])) await rm(backup, { force: true });
    handle = await openFile();
  }

  return {
    async open() {
      try {
        handle ??= await openFile();
      } catch (cause) {
        throw new StartError(
          "file_not_writable",
          `The file ${path} cannot be written (${codeOf(cause) ?? String(cause)}).`,
          "Give this user the right to write there, or set another path.",
          { cause },
        );
      }
    },
    append: async (line) =>
      new Promise((resolve, reject) => {
        waiting.push({ line, resolve, reject });
        writing ??= writeAll();
      }),
    async close() {
      await writing;
      await handle?.close();
      handle = undefined;
    },
  };
}

/** Whether a process ended while it wrote: what follows half a line, or half a gzip member, could not be read. */
async function endsWhole(handle: FileHandle, size: number, isCompressed: boolean): Promise<boolean> {
  if (isCompressed) return false; // cannot be seen cheaply: every start begins a file of its own
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === "\n";
}

/** `traces.jsonl` becomes `traces-2026-11-22T03-12-45.123.jsonl`, as lumberjack names them. */
async function setAside(path: string): Promise<void> {
  const [stem, ending] = nameParts(path);
  for (let time = Date.now(); ; time += 1) {
    const stamp = new Date(time).toISOString().replaceAll(":", "-").replace("Z", "");
    const backup = join(dirname(path), `${stem}-${stamp}${ending}`);
    if (await exists(backup)) continue;
    await rename(path, backup);
    return;
  }
}

/** Oldest first. */
async function backupsOf(path: string): Promise<string[]> {
  const [stem, ending] = nameParts(path);
  const names = await readdir(dirname(path));
  const isBackup = (name: string): boolean =>
    name.startsWith(`${stem}-`) &&
    name.endsWith(ending) &&
    /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}$/.test(name.slice(stem.length + 1, name.length - ending.length));
  return names
    .filter(isBackup)
    .sort()
    .map((name) => join(dirname(path), name));
}

async function olderThan(paths: readonly string[], time: number): Promise<string[]> {
  const ages = await Promise.all(paths.map(async (path) => ({ path, time: (await stat(path)).mtimeMs })));
  return ages.filter((file) => file.time < time).map(({ path }) => path);
}

/** The ending of `traces.jsonl.gz` is `.jsonl.gz`. */
function nameParts(path: string): [stem: string, ending: string] {
  const name = basename(path);
  const outer = extname(name) === ".gz" ? ".gz" : "";
  const inner = extname(name.slice(0, name.length - outer.length));
  const ending = `${inner}${outer}`;
  return [name.slice(0, name.length - ending.length), ending];
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
