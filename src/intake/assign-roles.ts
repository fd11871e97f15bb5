/** Who of the speakers is the user, and who the assistant. */
import type { SpokenRole, TranscriptHints } from "../model/transcript.ts";
import { servesRatherThanAsks } from "./asking-signs.ts";
import { labelKey, roleOfLabel } from "./role-words.ts";
import type { Utterance } from "./utterance.ts";

export interface AssignedRoles {
  /** By labelKey. */
  readonly roles: ReadonlyMap<string, SpokenRole>;
  /** 0..1 */
  readonly certainty: number;
  readonly note: string;
}

interface Speaker {
  readonly key: string;
  readonly role?: SpokenRole;
  readonly texts: readonly string[];
}

const other = (role: SpokenRole): SpokenRole => (role === "user" ? "assistant" : "user");

/**
 * By what the labels say, then by what the sender said of the speakers, then by who is said to speak first, then by who asks and
 * who serves. Otherwise the first speaker is the user. Whoever else there is, is on the assistant's side.
 */
export function assignRoles(utterances: readonly Utterance[], hints: TranscriptHints): AssignedRoles {
  const speakers = speakersIn(utterances);
  const named = new Map(speakers.flatMap(({ key, role }) => (role === undefined ? [] : [[key, role] as const])));
  const told = toldBy(hints.context ?? "", speakers);
  const known = new Map([...told, ...named]);
  if (known.size > 0) return completed(speakers, known, named.size === known.size ? 1 : 0.85, named.size > 0);
  const [first, second] = speakers;
  if (first === undefined) return { roles: new Map(), certainty: 1, note: "Nobody is named." };
  if (hints.firstSpeakerRole !== undefined) {
    const note = `The first speaker is the ${hints.firstSpeakerRole}, as the sender said.`;
    return { roles: inOrder(speakers, hints.firstSpeakerRole), certainty: speakers.length > 2 ? 0.7 : 0.85, note };
  }
  const lean = second === undefined ? 0 : servesRatherThanAsks(first.texts) - servesRatherThanAsks(second.texts);
  if (lean !== 0) {
    const note = "The labels do not say who the user is: it is taken to be the one who asks, not the one who serves.";
    return {
      roles: inOrder(speakers, lean > 0 ? "assistant" : "user"),
      certainty: speakers.length > 2 ? 0.6 : 0.7,
      note,
    };
  }
  const note = "The labels do not say who the user is: it is taken to be the first speaker.";
  return { roles: inOrder(speakers, "user"), certainty: 0.5, note };
}

function speakersIn(utterances: readonly Utterance[]): readonly Speaker[] {
  const speakers = new Map<string, { key: string; role?: SpokenRole; texts: string[] }>();
  for (const { label, role, text } of utterances) {
    if (label === undefined || role === "system" || role === "narrator") continue;
    const key = labelKey(label);
    const speaker = speakers.get(key);
    if (speaker === undefined) speakers.set(key, { key, ...(role === undefined ? {} : { role }), texts: [text] });
    else speaker.texts.push(text);
  }
  return [...speakers.values()];
}

/** The first has that role, the second the other one; all further ones are the assistant. */
function inOrder(speakers: readonly Speaker[], first: SpokenRole): ReadonlyMap<string, SpokenRole> {
  return new Map(speakers.map(({ key }, at) => [key, at === 0 ? first : at === 1 ? other(first) : "assistant"]));
}

/** Those nobody says anything of: of the other side, when that is not there; else of the assistant's. */
function completed(
  speakers: readonly Speaker[],
  known: ReadonlyMap<string, SpokenRole>,
  certainty: number,
  isNamed: boolean,
): AssignedRoles {
  const sides = new Set(known.values());
  const missing: SpokenRole = sides.has("user") ? "assistant" : "user";
  const open = speakers.filter(({ key }) => !known.has(key)).length;
  const source = isNamed ? "The labels say" : "The sender's context says";
  const note =
    open === 0
      ? `${source} who the user is.`
      : `${source} who some of the speakers are; the others are taken to be the ${missing}.`;
  return {
    roles: new Map(speakers.map(({ key }) => [key, known.get(key) ?? missing])),
    certainty: open === 0 ? certainty : certainty * (sides.size === 2 ? 0.75 : 0.9),
    note,
  };
}

/** "Ann is the customer; Bob works for support": each part of the context that names one speaker and one side. */
function toldBy(context: string, speakers: readonly Speaker[]): ReadonlyMap<string, SpokenRole> {
  const told = new Map<string, SpokenRole>();
  for (const part of context.slice(0, 4_000).split(/[.;,\n]|\band\b|\bund\b|\bet\b|\by\b|\bwhile\b/u)) {
    const words = ` ${labelKey(part).replace(/[^\p{L}\p{N}]+/gu, " ")} `;
    const about = speakers.filter(({ key }) => words.includes(` ${key} `));
    const roles = new Set(
      words
        .trim()
        .split(" ")
        .map(roleOfLabel)
        .filter((role) => role === "user" || role === "assistant"),
    );
    const [speaker] = about;
    const [role] = roles;
    if (about.length === 1 && roles.size === 1 && speaker !== undefined && role !== undefined)
      told.set(speaker.key, role);
  }
  return told;
}
