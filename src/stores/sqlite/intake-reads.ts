/** Intakes as a reader sees them. See component/intake.ts. */
import { crc32 } from "node:zlib";
import type { Database } from "better-sqlite3";
import type { Intake } from "../../component/intake.ts";
import type { SessionRef } from "../../component/store.ts";
import type { Transcript, TranscriptHints } from "../../model/transcript.ts";
import { prepareFindSession } from "./find-session.ts";
import { parseStored } from "./stored-json.ts";

const intakeSql = `
  SELECT hints, text, body_no AS bodyNo, size, media_type AS mediaType, transcript IS NOT NULL AS isDone, refusal
  FROM intakes WHERE session_no = ?`;
const sliceSql = `
  SELECT slice_no AS sliceNo, checksum, bytes FROM intake_slices
  WHERE body_no = ? AND slice_no > ? ORDER BY slice_no LIMIT 1`;

interface IntakeRow {
  readonly hints: string;
  readonly text: string | null;
  readonly bodyNo: number | null;
  readonly size: number | null;
  readonly mediaType: string | null;
  readonly isDone: number;
  readonly refusal: string | null;
}

export interface IntakeSlice {
  readonly sliceNo: number;
  readonly bytes: Uint8Array;
  readonly isDamaged: boolean;
}

export function createReadIntake(db: Database) {
  const find = prepareFindSession(db);
  const intake = db.prepare<[number], IntakeRow>(intakeSql);
  const slice = db.prepare<[number, number], { sliceNo: number; checksum: number; bytes: Buffer }>(sliceSql);
  return {
    readIntake(ref: SessionRef): Intake | undefined {
      const sessionNo = find(ref);
      const row = sessionNo === undefined ? undefined : intake.get(sessionNo);
      return row === undefined ? undefined : toIntake(row);
    },

    /** The first slice of the recording behind that one. Undefined when that was all. */
    readIntakeSlice(bodyNo: number, after: number): IntakeSlice | undefined {
      const row = slice.get(bodyNo, after);
      if (row === undefined) return undefined;
      const { sliceNo, checksum, bytes } = row;
      return { sliceNo, bytes, isDamaged: crc32(bytes) !== checksum };
    },
  };
}

/** How the session's messages came to be; undefined for a session that came as messages, or did not become any yet. */
export function prepareReadTranscript(db: Database): (sessionNo: number) => Transcript | undefined {
  const read = db.prepare<[number], string | null>("SELECT transcript FROM intakes WHERE session_no = ?").pluck();
  return (sessionNo) => {
    const json = read.get(sessionNo) ?? null;
    return json === null ? undefined : parseStored<Transcript>(json);
  };
}

function toIntake({ hints, text, bodyNo, size, mediaType, isDone, refusal }: IntakeRow): Intake {
  return {
    hints: parseStored<TranscriptHints>(hints),
    isDone: isDone === 1,
    ...(text === null ? {} : { text }),
    ...(bodyNo === null ? {} : { recording: { id: bodyNo, bytes: size ?? 0, mediaType: mediaType ?? "" } }),
    ...(refusal === null ? {} : { refusal }),
  };
}
