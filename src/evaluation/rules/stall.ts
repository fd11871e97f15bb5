import { replyEvidence } from "./finding-of.ts";
import type { SessionReading, TurnReading } from "./reading/session-reading.ts";
import { foldText } from "./reading/value-keys.ts";
import type { Finding, TrajectoryRule } from "./rule.ts";

/** Shorter messages recur without anything being wrong. */
const shortestMessage = 20;
const fewestWords = 8;
/** Share of the words of two replies that stand in both. */
const alike = 0.6;
const longestRead = 4_000;

/** Nothing moves: the same is said again. Fired on 37 of 680 labelled conversations, of which 25 had failed (44 % of
 * all had). */
export const stall: TrajectoryRule = {
  name: "stall",
  version: 1,
  description:
    "The user repeats a message word by word, or the agent's reply is nearly the one before; no verdict by itself; told once.",
  checkTrajectory: (session) => [...repeatedMessage(session), ...repeatedReply(session)].slice(0, 1),
};

function repeatedMessage({ turns }: SessionReading): Finding[] {
  const said = new Set<string>();
  for (const turn of turns) {
    const text = turn.turn.userContent.trim().toLowerCase();
    if (text.length < shortestMessage) continue;
    if (said.has(text)) return [findingOf(turn, "The user says the same again, word by word", turn.turn.userContent)];
    said.add(text);
  }
  return [];
}

function repeatedReply({ turns }: SessionReading): Finding[] {
  let previous: ReadonlySet<string> = new Set();
  for (const turn of turns) {
    if (turn.reply === "") continue;
    const words = wordsOf(turn.reply);
    if (words.size >= fewestWords && overlap(words, previous) > alike)
      return [findingOf(turn, "The agent's reply is nearly the one before", turn.reply)];
    previous = words;
  }
  return [];
}

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(foldText(text.slice(0, longestRead)).match(/[\p{L}\p{N}]{4,}/gu) ?? []);

function overlap(words: ReadonlySet<string>, others: ReadonlySet<string>): number {
  const both = [...words].filter((word) => others.has(word)).length;
  return both / (words.size + others.size - both);
}

const findingOf = (turn: TurnReading, what: string, quote: string): Finding => ({
  rule: "stall",
  dimension: "unnecessary_actions",
  severity: "note",
  turn: turn.turn.turn,
  reasoning: `${what}: the conversation does not move.`,
  evidence: replyEvidence(turn, quote),
});
