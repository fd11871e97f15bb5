/** What the rules found, as facts for a judge model: what and where, and nothing of how it was scored. */
import type { BuiltSession, JsonValue, Turn } from "../../model/session.ts";
import { counts } from "../rubric/score-turn.ts";
import { readingOf } from "../rules/reading/reading-of.ts";
import type { Finding } from "../rules/rule.ts";
import { findingsOfSession, findingsOfTurn, rules } from "../rules/rules.ts";
import type { Shortening } from "./shortening.ts";

/** Changes whenever rules may find something else: a prompt's facts are part of what a verdict rests on. */
export const factsVersion = rules.map(({ name, version }) => `${name}@${version}`).join(" ");

const none: ReadonlySet<string> = new Set();

/** Without the notes, which only say where rules looked. */
export function findingsAbout(session: BuiltSession, turn: Turn): readonly Finding[] {
  const reading = readingOf(session);
  const own = reading.turns[turn.turn - 1];
  return own === undefined ? [] : findingsOfTurn(reading, own, none).filter(counts);
}

/** As findingsAbout, in all turns and at the end. */
export const findingsIn = (session: BuiltSession): readonly Finding[] =>
  findingsOfSession(readingOf(session), none).filter(counts);

const foundChars = 500;
const quoteChars = 200;

/** So many of them, the hard ones rather than others. What was found is told in words of the material, and is part of it. */
export function showFindings(findings: readonly Finding[], limit: number, shorten: Shortening): readonly JsonValue[] {
  if (findings.length > limit) shorten.leaveOutFindings(findings.length - limit);
  const hardFirst = [...findings].sort((a, b) => Number(b.severity === "hard") - Number(a.severity === "hard"));
  const told = new Set(hardFirst.slice(0, limit));
  return findings
    .filter((finding) => told.has(finding))
    .map(({ rule, turn, toolCall, reasoning, evidence: { quote } }) => ({
      check: rule,
      turn,
      ...(toolCall === undefined ? {} : { call: toolCall + 1 }),
      found: shorten.text("findings", reasoning, foundChars),
      ...(quote === undefined ? {} : { at: shorten.text("findings", quote, quoteChars) }),
    }));
}
