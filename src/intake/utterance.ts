import type { LabelRole } from "./role-words.ts";

/** What one speaker says at a time, before it is known who that is. */
export interface Utterance {
  /** As it is written. Absent: nobody is named. */
  readonly label?: string;
  /** Where the text itself says it in a way that programs read. */
  readonly role?: LabelRole;
  readonly text: string;
}

/** What a reader made of a text. */
export interface Reading {
  /** `labels`, `json`, `chatml`, `captions`, `paragraphs`... */
  readonly form: string;
  readonly utterances: readonly Utterance[];
  /** 0..1: how sure it is where one utterance ends and the next begins. */
  readonly certainty: number;
  readonly notes: readonly string[];
}
