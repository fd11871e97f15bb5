/** Files that match patterns, read line by line as they grow. */
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import type { Logger } from "../../component/component.ts";
import { codeOf } from "../../model/errors.ts";
import type { DeliverLine } from "./deliver-line.ts";

/** A longer line is not an export request that any receiver would take. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

export interface FollowedFilesOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** What the files have at the first look is passed over. */
  readonly fromEnd: boolean;
  readonly deliver: DeliverLine;
  readonly logger: Logger;
}

/** How far a file was read. */
interface Position {
  /** Another file under the same name begins anew. */
  readonly inode: number;
  bytes: number;
  line: number;
}

export function createFollowedFiles({ include, exclude, fromEnd, deliver, logger }: FollowedFilesOptions) {
  const positions = new Map<string, Position>();
  const inTrouble = new Set<string>();

  async function find(): Promise<string[]> {
    const found = await Promise.all(include.map(matching));
    const excluded = new Set((await Promise.all(exclude.map(matching))).flat());
    return [...new Set(found.flat())].filter((path) => !excluded.has(path)).sort();
  }

  /** Where to go on in a file; undefined when there is nothing new in it. */
  async function positionIn(path: string): Promise<Position | undefined> {
    const { ino, size, isFile } = await statOf(path);
    if (!isFile) return undefined;
    let position = positions.get(path);
    if (position === undefined || position.inode !== ino || position.bytes > size) {
      position = { inode: ino, bytes: 0, line: 0 };
      positions.set(path, position);
    }
    return position.bytes < size ? position : undefined;
  }

  async function read(path: string, signal: AbortSignal): Promise<void> {
    const position = await positionIn(path);
    if (position === undefined) return;
    if (path.endsWith(".gz")) await readWhole(path, position, signal);
    else await readFrom(path, position, signal);
  }

  /** Where its lines lie is only known once they are unpacked: all of it counts as read, or nothing. */
  async function readWhole(path: string, position: Position, signal: AbortSignal): Promise<void> {
    const { size } = await stat(path);
    let line = 0;
    for await (const { bytes } of linesOf(createReadStream(path).pipe(createGunzip()), signal)) {
      line += 1;
      if (bytes.length > 0) await deliver(bytes, `${path}:${line}`);
    }
    position.bytes = size;
  }

  async function readFrom(path: string, position: Position, signal: AbortSignal): Promise<void> {
    for await (const { bytes, isWhole } of linesOf(createReadStream(path, { start: position.bytes }), signal)) {
      if (!isWhole) return; // the rest is still being written
      if (bytes.length > 0) await deliver(bytes, `${path}:${position.line + 1}`);
      position.bytes += bytes.length + 1;
      position.line += 1;
    }
  }

  /** A file that cannot be read, or delivered, to its end is tried again at the next look; that it is so is said once. */
  async function readAll(signal: AbortSignal): Promise<void> {
    for (const path of await find()) {
      try {
        await read(path, signal);
        inTrouble.delete(path);
      } catch (error) {
        if (signal.aborted) return;
        if (!inTrouble.has(path))
          logger.warn({ path, err: error }, "a file could not be read to its end, trying again");
        inTrouble.add(path);
      }
    }
  }

  return {
    /** Notes what is there. */
    async look(): Promise<void> {
      if (!fromEnd) return;
      for (const path of await find()) {
        const { ino, size } = await statOf(path);
        positions.set(path, { inode: ino, bytes: size, line: 0 });
      }
    },

    /** Until the signal aborts. */
    async follow(intervalMs: number, signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        await readAll(signal);
        await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

interface Line {
  readonly bytes: Buffer;
  /** Whether its end was there. */
  readonly isWhole: boolean;
}

/** Without their ends; a stream that ends within a line ends with what there is of it. Empty lines come too. */
async function* linesOf(chunks: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Line> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield { bytes: Buffer.concat([...parts, chunk.subarray(from, end)]), isWhole: true };
      parts = [];
      length = 0;
      from = end + 1;
    }
    parts.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > MAX_LINE_BYTES) throw new RangeError(`a line is longer than ${MAX_LINE_BYTES} bytes`);
  }
  if (length > 0) yield { bytes: Buffer.concat(parts), isWhole: false };
}

/** Paths that a pattern stands for, whether or not they exist when it has neither `*` nor `?`. */
async function matching(pattern: string): Promise<string[]> {
  const name = basename(pattern);
  if (!/[*?]/.test(name)) return [pattern];
  const folder = dirname(pattern);
  const names = await readdir(folder).catch(() => []);
  const expression = new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );
  return names.filter((candidate) => expression.test(candidate)).map((found) => join(folder, found));
}

async function statOf(path: string): Promise<{ ino: number; size: number; isFile: boolean }> {
  try {
    const found = await stat(path);
    return { ino: found.ino, size: found.size, isFile: found.isFile() };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { ino: 0, size: 0, isFile: false };
    throw error;
  }
}
