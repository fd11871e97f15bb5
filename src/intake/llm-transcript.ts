/**
 * A transcript read by a language model: it says by line numbers who speaks, and writes nothing of the text, so that it can neither
 * invent nor leave out. A long text is read in parts.
 */
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { z } from "zod";
import { nonceFor, toFencedJson } from "../evaluation/prompts/fence.ts";
import { fillTemplate } from "../evaluation/prompts/prompts.ts";
import type { LlmClient } from "../llm/llm-client.ts";
import { estimateTokens } from "../llm/tokens.ts";
import type { TranscriptHints } from "../model/transcript.ts";
import type { ReadTranscript } from "./parse-transcript.ts";
import { labelKey } from "./role-words.ts";
import { textOfUnits, type TextUnit } from "./text-units.ts";
import { speakersOf, toMessages, type SpokenUtterance } from "./to-messages.ts";

export interface LlmTranscriptOptions {
  readonly client: LlmClient;
  /** Of one prompt. */
  readonly maxInputTokens: number;
}

const maxOutputTokens = 8_192;
/** What an answer about them has room for. */
const mostUnits = 150;
/** It may be wrong, whatever it says. */
const mostCertain = 0.95;

const read = (name: string): string => readFileSync(new URL(`./prompts/${name}.md`, import.meta.url), "utf8");

export type LlmTranscript = (
  units: readonly TextUnit[],
  hints: TranscriptHints,
  signal: AbortSignal,
) => Promise<ReadTranscript>;

/** Rejects with JudgeError when the model cannot be asked, or answers nothing that fits. */
export function createLlmTranscript({ client, maxInputTokens }: LlmTranscriptOptions): LlmTranscript {
  const [instructions, request] = [read("speakers"), read("speakers-request")];
  const version = createHash("sha256").update(instructions).update(request).digest("hex").slice(0, 16);

  async function ask(window: Window, earlier: Earlier, hints: TranscriptHints, signal: AbortSignal): Promise<Answer> {
    const json = toFencedJson(toMaterial(window, earlier, hints));
    const nonce = nonceFor(json);
    const [first, last] = [window.first, window.first + window.units.length - 1];
    const { value } = await client.completeJson({
      system: fillTemplate(instructions, { nonce }),
      user: fillTemplate(request, { nonce, json, first: String(first), last: String(last) }),
      schema: answerSchema(first, last),
      schemaName: "speakers",
      maxOutputTokens,
      version,
      signal,
    });
    return value;
  }

  return async (units, hints, signal) => {
    const spoken: SpokenUtterance[] = [];
    const answers: Answer[] = [];
    for (const window of windowsOf(units, maxInputTokens)) {
      const answer = await ask(window, { speakers: speakersOf(spoken), last: spoken.slice(-3) }, hints, signal);
      answers.push(answer);
      spoken.push(...answer.segments.flatMap((segment) => toUtterance(segment, window)));
    }
    return toTranscript(spoken, answers, units.length);
  };
}

interface Window {
  /** Number of its first unit, from 1. */
  readonly first: number;
  readonly units: readonly TextUnit[];
}

/** What earlier windows have shown. */
interface Earlier {
  readonly speakers: readonly { readonly label: string; readonly role: string }[];
  readonly last: readonly SpokenUtterance[];
}

/** Half of the room is the text's: the rest is for the instructions, what was before, and escapes. */
function windowsOf(units: readonly TextUnit[], maxInputTokens: number): readonly Window[] {
  const room = maxInputTokens / 2;
  const windows: { first: number; units: TextUnit[]; tokens: number }[] = [];
  for (const [at, unit] of units.entries()) {
    const tokens = estimateTokens(unit.text) + 10;
    const open = windows.at(-1);
    if (open === undefined || open.units.length === mostUnits || open.tokens + tokens > room)
      windows.push({ first: at + 1, units: [unit], tokens });
    else {
      open.units.push(unit);
      open.tokens += tokens;
    }
  }
  return windows;
}

const longestShownUnit = 600;

function toMaterial(
  { first, units }: Window,
  { speakers, last }: Earlier,
  { context, firstSpeakerRole }: TranscriptHints,
) {
  return {
    hints: { context: context?.slice(0, 2_000) ?? null, first_speaker_role: firstSpeakerRole ?? null },
    speakers_so_far: speakers.slice(0, 30),
    before: last.map(({ role, text }) => ({ role, text: text.slice(-200) })),
    lines: units.map(({ text }, at) => ({ line: first + at, text: text.slice(0, longestShownUnit) })),
  };
}

const lineNumber = z.number().refine(Number.isInteger, "must be a whole number");
const segmentSchema = z.object({
  first_line: lineNumber,
  last_line: lineNumber,
  role: z.enum(["user", "assistant", "nobody"]),
  speaker: z.string().nullable(),
});
type Segment = z.infer<typeof segmentSchema>;

function answerSchema(first: number, last: number) {
  return z.object({
    language: z.string().nullable(),
    segments: z
      .array(segmentSchema)
      .refine(
        (segments) => isPartition(segments, first, last),
        `must name each line from ${first} to ${last} exactly once, in order`,
      ),
    certainty: z.number().refine((value) => value >= 0 && value <= 1, "must be between 0 and 1"),
  });
}
type Answer = z.infer<ReturnType<typeof answerSchema>>;

function isPartition(segments: readonly Segment[], first: number, last: number): boolean {
  let next = first;
  for (const { first_line, last_line } of segments) {
    if (first_line !== next || last_line < first_line) return false;
    next = last_line + 1;
  }
  return next === last + 1;
}

function toUtterance(
  { first_line, last_line, role, speaker }: Segment,
  { first, units }: Window,
): readonly SpokenUtterance[] {
  if (role === "nobody") return [];
  const own = units.slice(first_line - first, last_line - first + 1);
  const label = writtenIn(own, speaker);
  const text = textOfUnits(own, label ?? null, role);
  return text === "" ? [] : [{ role, ...(label === undefined ? {} : { label }), text }];
}

/** A name counts when it is there: what the model makes up is nobody's. */
function writtenIn(units: readonly TextUnit[], speaker: string | null): string | undefined {
  const key = speaker === null ? "" : labelKey(speaker);
  if (speaker === null || key === "" || speaker.length > 60) return undefined;
  return units.some(({ text }) => labelKey(text.slice(0, 200)).includes(key)) ? speaker.trim() : undefined;
}

function toTranscript(spoken: readonly SpokenUtterance[], answers: readonly Answer[], units: number): ReadTranscript {
  const messages = toMessages(spoken);
  const certainty = Math.min(mostCertain, ...answers.map((answer) => answer.certainty));
  const language = answers.find((answer) => answer.language !== null)?.language?.slice(0, 20);
  const unspoken = answers.flatMap(({ segments }) => segments).filter(({ role }) => role === "nobody");
  const left = unspoken.reduce((sum, { first_line, last_line }) => sum + last_line - first_line + 1, 0);
  return {
    messages,
    transcript: {
      parser: "llm",
      confidence: messages.length === 0 ? 0 : Math.round(certainty * 100) / 100,
      ...(language === undefined ? {} : { language }),
      speakers: speakersOf(spoken),
      notes: [
        "A language model said who speaks.",
        ...(left === 0 ? [] : [`${left} of ${units} lines belong to no speaker and were left out.`]),
      ],
    },
  };
}
