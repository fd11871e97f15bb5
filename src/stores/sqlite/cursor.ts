import { PermanentError } from "../../model/errors.ts";

/** Where a page ended. */
export interface CursorPosition {
  readonly lastActivityMs: number;
  readonly sessionNo: number;
}

export function formatCursor(lastActivityMs: number, sessionNo: number): string {
  return Buffer.from(`${lastActivityMs}.${sessionNo}`).toString("base64url");
}

/** Throws PermanentError when the text is not a cursor of ours. */
export function parseCursor(cursor: string): CursorPosition {
  const [, lastActivityMs, sessionNo] =
    /^(\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (lastActivityMs === undefined || sessionNo === undefined)
    throw new PermanentError("The cursor is not one that an earlier page returned.");
  return { lastActivityMs: Number(lastActivityMs), sessionNo: Number(sessionNo) };
}
