/**
 * A transcript read by rules alone: who speaks is found in labels, marks, times and structure, in many forms and languages. Pure,
 * linear in the text, and never fails: what it cannot tell is one message of the user, and it says how sure it is.
 */
import type { ChatMessage } from "../model/message.ts";
import type { Transcript, TranscriptHints } from "../model/transcript.ts";
import { assignRoles } from "./assign-roles.ts";
import { readCaptions } from "./captions.ts";
import { readChatTemplate } from "./chat-template.ts";
import { splitInlineLabels } from "./inline-labels.ts";
import { readLabelledText } from "./labelled-text.ts";
import { readPlainText } from "./plain-text.ts";
import { labelKey } from "./role-words.ts";
import { readStructuredText } from "./structured-text.ts";
import { speakersOf, toMessages, type SpokenUtterance } from "./to-messages.ts";
import type { Reading, Utterance } from "./utterance.ts";

export interface ReadTranscript {
  readonly messages: readonly ChatMessage[];
  readonly transcript: Transcript;
}

export interface ParsedTranscript extends ReadTranscript {
  /** The text was written for programs, and names both sides: there is nothing left to find out. */
  readonly isStructured: boolean;
}

export function parseTranscript(text: string, hints: TranscriptHints = {}): ParsedTranscript {
  const reading = readTranscript(text, hints);
  const read = toTranscript(reading, hints);
  const isStructured = (reading.form === "json" || reading.form === "chatml") && read.transcript.confidence > 0.9;
  return { ...read, isStructured };
}

/** The utterances with what tells speakers apart, in the form that fits first. */
function readTranscript(text: string, { format = "auto" }: TranscriptHints): Reading {
  const content = text.replace(/^\uFEFF/, "");
  const lines = toLines(content);
  const wants = (form: typeof format): boolean => format === "auto" || format === form;
  const structured =
    (wants("json") ? readStructuredText(content) : undefined) ??
    (wants("chatml") ? readChatTemplate(content) : undefined);
  if (structured !== undefined) return structured;
  const captions = wants("captions") ? readCaptions(lines) : undefined;
  if (captions !== undefined)
    return { ...(readLabelledText(captions, " ") ?? readPlainText(captions)), form: "captions" };
  return (wants("labels") ? readLabels(lines) : undefined) ?? readPlainText(lines);
}

/** A text with more lines has not lost them. */
const mostLinesToSplit = 50;

/** A single label in all may be the first of many that lost their line breaks. */
function readLabels(lines: readonly string[]): Reading | undefined {
  const labelled = readLabelledText(lines);
  if ((labelled?.utterances.length ?? 0) > 1 || lines.length > mostLinesToSplit) return labelled;
  const split = readLabelledText(splitInlineLabels(lines));
  return (split?.utterances.length ?? 0) > 1 ? split : labelled;
}

export function toLines(text: string): readonly string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029\u0085\v\f]/);
}

/** The roles of the speakers, and from them the messages. */
function toTranscript(reading: Reading, hints: TranscriptHints): ReadTranscript {
  const said = reading.utterances.filter(({ role, text }) => role !== "narrator" && text.trim() !== "");
  const { roles, certainty, note } = assignRoles(said, hints);
  const spoken = said.map((utterance): SpokenUtterance => withRole(utterance, roles, hints));
  const messages = toMessages(spoken);
  const confidence = messages.length === 0 ? 0 : reading.certainty * certainty * (hasBothSides(messages) ? 1 : 0.6);
  return {
    messages,
    transcript: {
      parser: "rules",
      confidence: Math.round(Math.min(confidence, 0.99) * 100) / 100,
      speakers: speakersOf(spoken),
      notes: [...(roles.size === 0 ? [] : [note]), ...reading.notes],
    },
  };
}

function withRole(
  { label, role, text }: Utterance,
  roles: ReadonlyMap<string, "user" | "assistant">,
  hints: TranscriptHints,
): SpokenUtterance {
  const own = role === "system" ? role : label === undefined ? undefined : roles.get(labelKey(label));
  return { role: own ?? hints.firstSpeakerRole ?? "user", ...(label === undefined ? {} : { label }), text };
}

function hasBothSides(messages: readonly ChatMessage[]): boolean {
  return messages.some(({ role }) => role === "user") && messages.some(({ role }) => role === "assistant");
}
