/**
 * What enters as a text or a recording and is to become messages: kept by the store, so that neither a crash nor a speech
 * provider that is down loses any of it. It is worked on under the claim of its session.
 */
import type { ChatMessage } from "../model/message.ts";
import type { Transcript, TranscriptHints } from "../model/transcript.ts";

/** The session that came as a text or a recording. */
export interface IntakeRef {
  readonly project: string;
  readonly id: string;
}

/** The same, held by a lease: see Claim. */
export interface HeldIntake extends IntakeRef {
  readonly lease: string;
}

/** A recording whose bytes are on disk. */
export interface Recording {
  readonly id: number;
  readonly bytes: number;
  /** `audio/wav`, as its first bytes say. */
  readonly mediaType: string;
}

export type NewIntake =
  | { readonly kind: "text"; readonly hints: TranscriptHints; readonly text: string }
  | { readonly kind: "recording"; readonly hints: TranscriptHints; readonly recording: Recording };

/** What a session without messages of its own is made of. A text stays; a recording goes when it was transcribed or refused. */
export interface Intake {
  readonly hints: TranscriptHints;
  readonly text?: string;
  readonly recording?: Recording;
  /** It became messages. */
  readonly isDone: boolean;
  /** It never will, because of this. */
  readonly refusal?: string;
}

export interface IntakeResult {
  readonly messages: readonly ChatMessage[];
  readonly transcript: Transcript;
}

/** Every operation throws UnavailableError when the store is behind, or the disk refuses. */
export interface Intakes {
  /**
   * Resolves when all bytes are on disk. What was written is taken back when `bytes` throws, and at the next start when no
   * session was created of it.
   */
  writeRecording(bytes: AsyncIterable<Uint8Array>): Promise<Pick<Recording, "id" | "bytes">>;
  /** Gives up a recording that became no session. */
  dropRecording(id: number): Promise<void>;
  /** Undefined for a session that came otherwise. */
  read(ref: IntakeRef): Promise<Intake | undefined>;
  /** The bytes, a part at a time; throws a PermanentError when the disk has damaged them. */
  readRecording(recording: Recording): AsyncIterable<Uint8Array>;
  /** In one commit: the session's messages, how they came to be, and the recording gone. False when the lease has ended. */
  save(held: HeldIntake, result: IntakeResult): Promise<boolean>;
  /** Nothing will ever become of it; the recording goes. False when the lease has ended. */
  refuse(held: HeldIntake, reason: string): Promise<boolean>;
}
