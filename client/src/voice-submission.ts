/** A recording and what is known of it, as the form that the server takes: fields first, then the file. */

export interface VoiceSubmission {
  /** As it was recorded (wav, mp3, m4a, ogg, flac, webm ...). In Node a file on disk is one by `openAsBlob` of node:fs. */
  readonly file: Blob;
  /** Of the file; what is shown when something is wrong with it. */
  readonly filename?: string;
  readonly metadata?: { readonly [key: string]: unknown };
  /** Which of the speakers is the user: the label that the transcription gives, or their number from 1. */
  readonly human_speaker?: string;
  readonly speakers_expected?: number;
  readonly first_speaker_role?: "user" | "assistant";
  readonly instructions?: string;
  readonly evaluate_safety?: boolean;
}

export function toVoiceForm({ file, filename = "recording", metadata, ...fields }: VoiceSubmission): FormData {
  const form = new FormData();
  if (metadata !== undefined) form.set("metadata", JSON.stringify(metadata));
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, String(value));
  form.set("file", file, filename);
  return form;
}
