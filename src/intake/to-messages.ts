/** Utterances whose speakers are known, as messages. */
import type { ChatMessage } from "../model/message.ts";
import type { SpokenRole, TranscriptSpeaker } from "../model/transcript.ts";
import { labelKey } from "./role-words.ts";

export interface SpokenUtterance {
  readonly role: SpokenRole | "system";
  readonly label?: string;
  readonly text: string;
}

/**
 * Neighbouring utterances of one side are one message, in which each speaker is named where there are several. A user has a name
 * when there is more than one.
 */
export function toMessages(utterances: readonly SpokenUtterance[]): readonly ChatMessage[] {
  const users = new Set(utterances.flatMap(({ role, label }) => (role === "user" ? [labelKey(label ?? "")] : [])));
  return runsOf(utterances).map(([first, ...more]) => {
    const run = [first, ...more];
    const speakers = new Set(run.map(({ label }) => labelKey(label ?? "")));
    const name = users.size > 1 && first.role === "user" && speakers.size === 1 ? first.label : undefined;
    const texts = run.map(({ label, text }) => (speakers.size > 1 && label !== undefined ? `${label}: ${text}` : text));
    return { role: first.role, content: texts.join("\n"), ...(name === undefined ? {} : { name }) };
  });
}

type Run = [SpokenUtterance, ...SpokenUtterance[]];

function runsOf(utterances: readonly SpokenUtterance[]): readonly Run[] {
  const runs: Run[] = [];
  for (const utterance of utterances) {
    const open = runs.at(-1);
    if (open !== undefined && open[0].role === utterance.role) open.push(utterance);
    else runs.push([utterance]);
  }
  return runs;
}

/** In the order in which they first speak. */
export function speakersOf(utterances: readonly SpokenUtterance[]): readonly TranscriptSpeaker[] {
  const speakers = new Map<string, TranscriptSpeaker>();
  for (const { role, label } of utterances) {
    if (label === undefined || role === "system" || speakers.has(labelKey(label))) continue;
    speakers.set(labelKey(label), { label, role });
  }
  return [...speakers.values()].slice(0, mostSpeakersTold);
}

const mostSpeakersTold = 100;
