/**
 * Who of the speakers of a recording is the user: the one that the sender names, by the provider's label or by number; otherwise the
 * first speaker has the role that the sender gave it (the user's, when it gave none). All others are the assistant.
 */
import type { SpokenRole, TranscriptHints } from "../model/transcript.ts";
import type { ReadTranscript } from "./parse-transcript.ts";
import { labelKey } from "./role-words.ts";
import type { Transcription } from "./speech/speech-provider.ts";
import { servesRatherThanAsks } from "./asking-signs.ts";
import { speakersOf, toMessages, type SpokenUtterance } from "./to-messages.ts";

/** Undefined when no two speakers were told apart: the mapping has nothing to go by. */
export function mapSpeakers({ segments, language }: Transcription, hints: TranscriptHints): ReadTranscript | undefined {
  const labels = [...new Set(segments.flatMap(({ speaker }) => speaker ?? []))];
  if (labels.length < 2) return undefined;
  const { users, certainty, notes } = usersAmong(labels, hints, (label) =>
    segments.flatMap(({ speaker, text }) => (speaker === label ? [text] : [])),
  );
  const spoken = segments.map(({ speaker, text }): SpokenUtterance => {
    const role: SpokenRole = speaker !== undefined && users.includes(speaker) ? "user" : "assistant";
    return { role, ...(speaker === undefined ? {} : { label: speaker }), text };
  });
  return {
    messages: toMessages(spoken),
    transcript: {
      parser: "rules",
      confidence: labels.length > 2 ? Math.round(certainty * 90) / 100 : certainty,
      ...(language === undefined ? {} : { language }),
      speakers: speakersOf(spoken),
      notes,
    },
  };
}

interface Users {
  readonly users: readonly string[];
  readonly certainty: number;
  readonly notes: readonly string[];
}

function usersAmong(
  labels: readonly string[],
  hints: TranscriptHints,
  textsOf: (label: string) => readonly string[],
): Users {
  const { humanSpeaker, firstSpeakerRole } = hints;
  const named = (humanSpeaker ?? "").split(",").flatMap((name) => speakerNamed(name.trim(), labels) ?? []);
  if (named.length > 0) return { users: named, certainty: 0.95, notes: ["The sender said which speaker is the user."] };
  const missing = humanSpeaker === undefined ? [] : ["No speaker is the one that the sender named as the user."];
  const [first = "", second = ""] = labels;
  const isSecond = firstSpeakerRole === "assistant";
  const users = [isSecond ? second : first];
  if (firstSpeakerRole !== undefined && missing.length === 0)
    return { users, certainty: 0.85, notes: [`The first speaker is the ${firstSpeakerRole}, as the sender said.`] };
  const lean = servesRatherThanAsks(textsOf(first)) - servesRatherThanAsks(textsOf(second));
  const isDoubtful = isSecond ? lean < 0 : lean > 0;
  const note = isDoubtful
    ? "The first speaker is taken to be the user, although another one reads more like it; human_speaker can say who it is."
    : `The first speaker is taken to be the ${isSecond ? "assistant" : "user"}.`;
  return { users, certainty: isDoubtful ? 0.4 : 0.7, notes: [...missing, note] };
}

/** By the provider's label, however it is written; else by number, from 1. */
function speakerNamed(name: string, labels: readonly string[]): string | undefined {
  if (name === "") return undefined;
  const wanted = plain(name);
  const label = labels.find((candidate) => plain(candidate) === wanted);
  return label ?? (/^\d{1,3}$/.test(name) ? labels[Number(name) - 1] : undefined);
}

const plain = (label: string): string => labelKey(label).replace(/[\s_-]+/g, "");
