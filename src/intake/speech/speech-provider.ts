/** The contract of whoever makes text of recordings. */
import type { TranscriptHints } from "../../model/transcript.ts";

export interface RecordingToTranscribe {
  readonly mediaType: string;
  readonly bytes: number;
  /** Read once an attempt. */
  readonly read: () => AsyncIterable<Uint8Array>;
}

/** What one speaker says at a time. */
export interface SpeechSegment {
  /** The provider's label. Absent: it did not tell speakers apart. */
  readonly speaker?: string;
  readonly text: string;
}

export interface Transcription {
  /** As the provider names it. */
  readonly language?: string;
  readonly segments: readonly SpeechSegment[];
}

export interface SpeechProvider {
  /** Throws JudgeError; rejects with the signal's reason when that aborts. A recording without speech has no segments. */
  transcribe(recording: RecordingToTranscribe, hints: TranscriptHints, signal: AbortSignal): Promise<Transcription>;
  /** Closes idle connections. */
  close(): void;
}

export interface SpeechOptions {
  readonly apiKey: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly model: string;
  /** To connect; for one recording with all that belongs to it. */
  readonly timeouts: { readonly connectMs: number; readonly totalMs: number };
}

/** Neighbours of one speaker as one, without those that say nothing. */
export function joinSegments(segments: readonly SpeechSegment[]): readonly SpeechSegment[] {
  const joined: { speaker?: string; text: string }[] = [];
  for (const { speaker, text } of segments) {
    const last = joined.at(-1);
    if (last !== undefined && last.speaker === speaker) last.text += text;
    else joined.push({ ...(speaker === undefined ? {} : { speaker }), text });
  }
  return joined.flatMap(({ text, ...rest }) =>
    text.trim() === "" ? [] : [{ ...rest, text: text.trim().replace(/\s+/g, " ") }],
  );
}
