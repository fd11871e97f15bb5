/** Intakes as the writer changes them. See component/intake.ts. */
import { crc32 } from "node:zlib";
import type { HeldIntake, IntakeResult, NewIntake } from "../../component/intake.ts";
import { prepareLeased } from "./leased.ts";
import type { WriteContext } from "./write-context.ts";

const insertSliceSql = `
  INSERT INTO intake_slices (slice_no, body_no, checksum, bytes)
  SELECT next, coalesce(@bodyNo, next), @checksum, @bytes
  FROM (SELECT coalesce(max(slice_no), 0) + 1 AS next FROM intake_slices)
  RETURNING body_no`;
const insertIntakeSql = `
  INSERT INTO intakes (session_no, hints, text, body_no, size, media_type)
  VALUES (@sessionNo, @hints, @text, @bodyNo, @size, @mediaType)`;
const dropBodySql = "DELETE FROM intake_slices WHERE body_no = (SELECT body_no FROM intakes WHERE session_no = ?)";

export type InsertIntake = (sessionNo: number | bigint, intake: NewIntake) => void;

/** Belongs to the creation of a session, in the same commit. */
export function prepareInsertIntake({ db }: WriteContext): InsertIntake {
  const insert = db.prepare(insertIntakeSql);
  return (sessionNo, intake) => {
    const recording = intake.kind === "recording" ? intake.recording : undefined;
    insert.run({
      sessionNo,
      hints: JSON.stringify(intake.hints),
      text: intake.kind === "text" ? intake.text : null,
      bodyNo: recording?.id ?? null,
      size: recording?.bytes ?? null,
      mediaType: recording?.mediaType ?? null,
    });
  };
}

export function createIntakeRows({ db, now }: WriteContext) {
  const leased = prepareLeased(db, now);
  const insertSlice = db.prepare<object, number>(insertSliceSql).pluck();
  const dropRecording = db.prepare("DELETE FROM intake_slices WHERE body_no = ?");
  const dropBody = db.prepare(dropBodySql);
  const done = db.prepare("UPDATE intakes SET body_no = NULL, refusal = NULL, transcript = ? WHERE session_no = ?");
  const refuse = db.prepare("UPDATE intakes SET body_no = NULL, refusal = ? WHERE session_no = ?");
  const removeMessages = db.prepare("DELETE FROM messages WHERE session_no = ?");
  const insertMessage = db.prepare("INSERT INTO messages (session_no, position, body) VALUES (?, ?, ?)");

  return {
    /** Adds to the recording of that number; without one begins a recording. Returns its number. */
    writeIntakeSlice(bytes: Uint8Array, bodyNo?: number): number {
      const written = insertSlice.get({ bytes, checksum: crc32(bytes), bodyNo: bodyNo ?? null });
      if (written === undefined) throw new Error("a slice of a recording was not written");
      return written;
    },

    dropRecording: (bodyNo: number): void => void dropRecording.run(bodyNo),

    saveIntake(held: HeldIntake, { messages, transcript }: IntakeResult): boolean {
      const sessionNo = leased(held);
      if (sessionNo === undefined) return false;
      removeMessages.run(sessionNo);
      for (const [position, message] of messages.entries())
        insertMessage.run(sessionNo, position, JSON.stringify(message));
      dropBody.run(sessionNo);
      done.run(JSON.stringify(transcript), sessionNo);
      return true;
    },

    refuseIntake(held: HeldIntake, reason: string): boolean {
      const sessionNo = leased(held);
      if (sessionNo === undefined) return false;
      dropBody.run(sessionNo);
      refuse.run(reason, sessionNo);
      return true;
    },
  };
}
