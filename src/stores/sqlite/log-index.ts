/**
 * What the file of shared memory beside the log (`-shm`) knew when the last server ended: how far the log went, and how much of
 * it was in the database already. Source: https://www.sqlite.org/walformat.html#the_wal_index_file_format
 */
import { readFileSync } from "node:fs";
import { codeOf } from "../../model/errors.ts";
import { IS_LITTLE_ENDIAN, isSameChecksum, logChecksum, NO_CHECKSUM } from "./log-checksum.ts";
import type { LogIdentity } from "./log-file.ts";

export interface LogIndex extends LogIdentity {
  /** The last frame of the last commit; 0: the log begins anew with the next one. */
  readonly frames: number;
  /** Of these, the first so many are in the database. */
  readonly copied: number;
}

const HEADER_BYTES = 48;
const CHECKED_BYTES = 40;
const COPIED_AT = 2 * HEADER_BYTES;
const VERSION = 3_007_000;

/** Undefined when there is none, or none that can be believed. */
export function readLogIndex(file: string): LogIndex | undefined {
  const bytes = readIfThere(file);
  if (bytes === undefined || bytes.length < COPIED_AT + 4) return undefined;
  const view = new DataView(new Uint8Array(bytes).buffer);
  // The second copy of the header is written before the first.
  const index = readHeader(view, HEADER_BYTES) ?? readHeader(view, 0);
  if (index === undefined) return undefined;
  const copied = view.getUint32(COPIED_AT, IS_LITTLE_ENDIAN);
  return copied > index.frames ? undefined : { ...index, copied };
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readHeader(view: DataView, at: number): Omit<LogIndex, "copied"> | undefined {
  const uint32 = (offset: number): number => view.getUint32(at + offset, IS_LITTLE_ENDIAN);
  const checksum = logChecksum(view, at, at + CHECKED_BYTES, IS_LITTLE_ENDIAN, NO_CHECKSUM);
  const isWhole = isSameChecksum(checksum, [uint32(CHECKED_BYTES), uint32(CHECKED_BYTES + 4)]);
  if (!isWhole || uint32(0) !== VERSION) return undefined;
  const pageSize = view.getUint16(at + 14, IS_LITTLE_ENDIAN);
  return {
    pageSize: pageSize === 1 ? 65_536 : pageSize,
    isLittleEndian: view.getUint8(at + 13) === 0,
    salts: [view.getUint32(at + 32), view.getUint32(at + 36)], // as in the log: big-endian everywhere
    frames: uint32(16),
  };
}
