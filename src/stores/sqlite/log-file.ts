/**
 * The write-ahead log as it lies on the disk, read without SQLite, which replays it up to the first frame that is not whole and
 * drops the rest without a word. Source: https://www.sqlite.org/fileformat2.html#walformat
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { codeOf } from "../../model/errors.ts";
import { isSameChecksum, type LogChecksum, logChecksum, NO_CHECKSUM } from "./log-checksum.ts";

/** What a log is known by. The salts change whenever it begins anew: frames with others are from before. */
export interface LogIdentity {
  readonly pageSize: number;
  readonly isLittleEndian: boolean;
  readonly salts: readonly [number, number];
}

/** One page as a commit left it. */
export interface LogFrame {
  /** From 1. */
  readonly number: number;
  readonly page: number;
  /** The last frame of a commit says how many pages the database has then; the others 0. */
  readonly databasePages: number;
  /** From this time of the log, as far as its salts tell. */
  readonly isCurrent: boolean;
  /** Current, and as it was written. */
  readonly isWhole: boolean;
}

export interface LogFile {
  /** Undefined: the file's head is not that of a log, and SQLite would pass over all of it. */
  readonly head: LogIdentity | undefined;
  readonly frames: readonly LogFrame[];
}

export const LOG_HEAD_BYTES = 32;
export const FRAME_HEAD_BYTES = 24;
export const LOG_MAGIC = 0x377f0682;
export const LOG_VERSION = 3_007_000;

/** `known` is what the log must be when its own head does not tell. Undefined when there is no log with a frame in it. */
export function readLog(file: string, known: LogIdentity | undefined): LogFile | undefined {
  const descriptor = openIfThere(file);
  if (descriptor === undefined) return undefined;
  try {
    const { size } = fstatSync(descriptor);
    return size <= LOG_HEAD_BYTES ? undefined : readFrames(descriptor, size, known);
  } finally {
    closeSync(descriptor);
  }
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, "r");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readFrames(descriptor: number, size: number, known: LogIdentity | undefined): LogFile {
  const start = readView(descriptor, 0, LOG_HEAD_BYTES);
  const head = readHead(start);
  const identity = head ?? known;
  if (identity === undefined) return { head, frames: [] };
  const frameBytes = FRAME_HEAD_BYTES + identity.pageSize;
  const frames: LogFrame[] = [];
  let seeds: readonly LogChecksum[] = [checksumAt(start, LOG_HEAD_BYTES - 8)];
  for (let at = LOG_HEAD_BYTES; at + frameBytes <= size; at += frameBytes) {
    const view = readView(descriptor, at, frameBytes);
    const written = checksumAt(view, FRAME_HEAD_BYTES - 8);
    const sums = seeds.map((seed) => frameChecksum(view, identity, seed));
    const isSummed = sums.some((sum) => isSameChecksum(sum, written));
    frames.push(readFrame(view, frames.length + 1, identity, isSummed));
    seeds = isSummed ? [written] : [written, ...sums.slice(0, 1)];
  }
  return { head, frames };
}

function readView(descriptor: number, at: number, length: number): DataView {
  const bytes = new Uint8Array(length);
  readSync(descriptor, bytes, 0, length, at);
  return new DataView(bytes.buffer);
}

function readHead(view: DataView): LogIdentity | undefined {
  const magic = view.getUint32(0);
  const isLittleEndian = magic === LOG_MAGIC;
  if ((magic & ~1) >>> 0 !== LOG_MAGIC || view.getUint32(4) !== LOG_VERSION) return undefined;
  const checksum = logChecksum(view, 0, LOG_HEAD_BYTES - 8, isLittleEndian, NO_CHECKSUM);
  if (!isSameChecksum(checksum, checksumAt(view, LOG_HEAD_BYTES - 8))) return undefined;
  return { pageSize: view.getUint32(8), isLittleEndian, salts: [view.getUint32(16), view.getUint32(20)] };
}

const checksumAt = (view: DataView, at: number): LogChecksum => [view.getUint32(at), view.getUint32(at + 4)];

/**
 * Every checksum goes on from the one before. When a frame is broken, the next may go on from what is written in it (its page
 * was damaged) or from what it should have been (its checksum was): so that one broken frame does not spoil the others.
 */
function frameChecksum(view: DataView, { isLittleEndian }: LogIdentity, seed: LogChecksum): LogChecksum {
  const head = logChecksum(view, 0, 8, isLittleEndian, seed);
  return logChecksum(view, FRAME_HEAD_BYTES, view.byteLength, isLittleEndian, head);
}

function readFrame(view: DataView, number: number, { salts }: LogIdentity, isSummed: boolean): LogFrame {
  const page = view.getUint32(0);
  const isCurrent = view.getUint32(8) === salts[0] && view.getUint32(12) === salts[1] && page > 0;
  return { number, page, databasePages: view.getUint32(4), isCurrent, isWhole: isCurrent && isSummed };
}
