/** A conversation that came as a text or as a recording: what its sender said of it, and what was made of it. */

export type SpokenRole = "user" | "assistant";

/** How a text is to be read. `auto` finds out. */
export const transcriptFormats = ["auto", "json", "chatml", "captions", "labels", "plain"] as const;
export type TranscriptFormat = (typeof transcriptFormats)[number];

/** What the sender of a transcript or a recording said of it. */
export interface TranscriptHints {
  /** Who speaks first. Absent: nothing was said about it. */
  readonly firstSpeakerRole?: SpokenRole;
  /** What the conversation is about or who takes part, in the sender's words. */
  readonly context?: string;
  readonly format?: TranscriptFormat;
  /** Of a recording: who the user is, by the label that the speech provider gives or by number, from 1. */
  readonly humanSpeaker?: string;
  /** Of a recording; 0: not known. */
  readonly speakersExpected?: number;
  /** Of a recording: ISO 639. */
  readonly language?: string;
  /** No more characters than that may come of it. */
  readonly maxCharacters?: number;
}

export interface TranscriptSpeaker {
  /** As the text or the speech provider calls them. */
  readonly label: string;
  readonly role: SpokenRole;
}

/** How a transcript or a recording became messages. */
export interface Transcript {
  readonly parser: "rules" | "llm";
  /** 0..1: how sure it is who said what. */
  readonly confidence: number;
  /** As the speech provider or the model names it. Absent: nobody said. */
  readonly language?: string;
  /** In the order in which they first speak. */
  readonly speakers: readonly TranscriptSpeaker[];
  /** What led to this, and what was left out; one sentence each. */
  readonly notes: readonly string[];
}

/** Below this, who said what is a guess, and the turns say so. */
export const LOW_CONFIDENCE = 0.6;
