import { closeSync, fsyncSync, openSync, readSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { flush } from "./kept-copies.ts";
import { type LogChecksum, logChecksum, NO_CHECKSUM } from "./log-checksum.ts";
import type { FrameRange } from "./log-damage.ts";
import { FRAME_HEAD_BYTES, LOG_HEAD_BYTES, LOG_MAGIC, LOG_VERSION, type LogIdentity } from "./log-file.ts";

/** Puts a log of these frames of the old one in its place, all at once. Without a frame it is empty. */
export function rewriteLog(file: string, old: LogIdentity, range: FrameRange): void {
  const identity: LogIdentity = { ...old, salts: [(old.salts[0] + 1) >>> 0, old.salts[1]] };
  const source = openSync(file, "r");
  const target = openSync(`${file}.new`, "w", 0o600);
  try {
    if (range.to > range.from) copyFrames(source, target, identity, range);
    fsyncSync(target);
  } finally {
    closeSync(source);
    closeSync(target);
  }
  renameSync(`${file}.new`, file);
  flush(dirname(file));
}

function copyFrames(source: number, target: number, identity: LogIdentity, { from, to }: FrameRange) {
  const { pageSize, isLittleEndian, salts } = identity;
  const head = makeHead(identity);
  writeSync(target, head);
  let checksum: LogChecksum = [head.getUint32(LOG_HEAD_BYTES - 8), head.getUint32(LOG_HEAD_BYTES - 4)];
  const frame = new DataView(new ArrayBuffer(FRAME_HEAD_BYTES + pageSize));
  for (let number = from + 1; number <= to; number += 1) {
    readSync(source, frame, 0, frame.byteLength, LOG_HEAD_BYTES + (number - 1) * frame.byteLength);
    setPair(frame, 8, salts);
    checksum = logChecksum(frame, 0, 8, isLittleEndian, checksum);
    checksum = logChecksum(frame, FRAME_HEAD_BYTES, frame.byteLength, isLittleEndian, checksum);
    setPair(frame, FRAME_HEAD_BYTES - 8, checksum);
    writeSync(target, frame);
  }
}

function makeHead({ pageSize, isLittleEndian, salts }: LogIdentity): DataView {
  const head = new DataView(new ArrayBuffer(LOG_HEAD_BYTES));
  const fields = [isLittleEndian ? LOG_MAGIC : LOG_MAGIC | 1, LOG_VERSION, pageSize, 0, ...salts];
  for (const [at, field] of fields.entries()) head.setUint32(at * 4, field);
  const checksumAt = LOG_HEAD_BYTES - 8;
  setPair(head, checksumAt, logChecksum(head, 0, checksumAt, isLittleEndian, NO_CHECKSUM));
  return head;
}

function setPair(view: DataView, at: number, [first, second]: readonly [number, number]): void {
  view.setUint32(at, first);
  view.setUint32(at + 4, second);
}
