/** Whether a log lacks what was committed to it, and which of its frames are of use. Pure. */
import type { LogFile, LogFrame, LogIdentity } from "./log-file.ts";
import type { LogIndex } from "./log-index.ts";

export interface LogDamage {
  /** What the log must consist of. Absent: SQLite by itself replays what can be replayed. */
  readonly rewritten?: FrameRange;
  /** False: all that was ever committed to the log is in the database or in the frames that are left. */
  readonly isLost: boolean;
}

/** The frames after `from` up to `to`, which ends a commit. */
export interface FrameRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Undefined when nothing that was promised is missing. A commit that was being written when the power failed or the process was
 * killed is not: it was not acknowledged, and leaves frames that are not whole as well. What tells the two apart: the index,
 * which speaks of a commit only after it was flushed; or a later frame, which is written only after that.
 */
export function findLogDamage(log: LogFile | undefined, index: LogIndex | undefined): LogDamage | undefined {
  if (log === undefined) return damageOfMissing(index);
  const { head, frames } = log;
  if (head === undefined && index === undefined) return { isLost: true };
  if (hasBegunAnew(head, index)) return damageOfOld(log);
  const known = head === undefined || isSame(head.salts, index?.salts) ? index : undefined;
  const replayed = head === undefined ? 0 : lastCommitOfRun(frames, 0);
  const lastCommit = Math.max(known?.frames ?? 0, lastCertainCommit(frames, replayed, known));
  if (replayed >= lastCommit) return undefined;
  const copied = known?.copied ?? 0;
  const to = lastCommitOfRun(frames, copied);
  const isLost = to < lastCommit;
  // Replayed from the first frame but not to the last that was copied, old pages would come before newer ones in the database.
  return head !== undefined && replayed >= copied ? { isLost } : { isLost, rewritten: { from: copied, to } };
}

function damageOfMissing(index: LogIndex | undefined): LogDamage | undefined {
  if (index === undefined || index.copied >= index.frames) return undefined;
  return { isLost: true };
}

/** The database has all of the log, and the next commit would have written over it. */
function hasBegunAnew(head: LogIdentity | undefined, index: LogIndex | undefined): boolean {
  return head !== undefined && index?.frames === 0 && index.salts[0] === (head.salts[0] + 1) >>> 0;
}

function damageOfOld({ frames }: LogFile): LogDamage | undefined {
  const isWhole = lastCommitOfRun(frames, 0) >= lastCertainCommit(frames, 0, undefined);
  return isWhole ? undefined : { isLost: false, rewritten: { from: 0, to: 0 } };
}

/** The last commit of which every frame after `from` is whole; `from` when there is none. */
function lastCommitOfRun(frames: readonly LogFrame[], from: number): number {
  let last = from;
  for (const { number, databasePages, isWhole } of frames.slice(from)) {
    if (!isWhole) break;
    if (databasePages > 0) last = number;
  }
  return last;
}

/** The last commit after `replayed` that must have been on the disk. Without an index every one is believed to have been. */
function lastCertainCommit(frames: readonly LogFrame[], replayed: number, index: LogIndex | undefined): number {
  const last = frames.findLast(({ isCurrent }) => isCurrent)?.number ?? 0;
  const isCertain = ({ number, databasePages, isCurrent }: LogFrame): boolean =>
    isCurrent && databasePages > 0 && number > replayed && (number < last || index === undefined);
  return frames.findLast(isCertain)?.number ?? 0;
}

const isSame = (one: readonly number[], other: readonly number[] | undefined): boolean =>
  one.every((value, at) => value === other?.[at]);
