/** Texts in which nobody is named. */
import type { Reading, Utterance } from "./utterance.ts";

const question = /[?？؟¿;;]/u;
const spokenDash = /^[ \t]{0,8}[-–—―][ \t]?(?=\S)/u;
const wholeSentence = /[.!?。！？؟…)"”’»]$/u;
const longestUtterance = 1_200;

/** Two speakers in turns, where that is plausible; otherwise one utterance. Empty: nothing was said. */
export function readPlainText(lines: readonly string[]): Reading {
  const paragraphs = paragraphsOf(lines);
  const dashes = lines.filter((line) => spokenDash.test(line)).length;
  const filled = lines.filter((line) => line.trim() !== "");
  if (dashes >= 2 && dashes >= filled.length / 2) return taking(turnsByDash(lines), "dashes", 0.45);
  if (takesTurns(paragraphs)) return taking(paragraphs, "paragraphs", 0.4);
  if (paragraphs.length === 1 && takesTurns(filled) && filled.every((line) => wholeSentence.test(line.trim())))
    return taking(filled, "lines", 0.35);
  const text = lines.join("\n").trim();
  return {
    form: "plain",
    utterances: text === "" ? [] : [{ text }],
    certainty: 0.2,
    notes: ["Nobody is named in the text: it is taken as one message."],
  };
}

function paragraphsOf(lines: readonly string[]): readonly string[] {
  return lines
    .join("\n")
    .split(/\n[ \t]*\n\s*/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "");
}

/** Somebody asks, nobody speaks at length. */
function takesTurns(parts: readonly string[]): boolean {
  return (
    parts.length >= 2 &&
    parts.every(({ length }) => length <= longestUtterance) &&
    parts.slice(0, -1).some((part) => question.test(part))
  );
}

function turnsByDash(lines: readonly string[]): readonly string[] {
  const turns: string[] = [];
  for (const line of lines) {
    if (spokenDash.test(line) || turns.length === 0) turns.push(line.replace(spokenDash, ""));
    else turns.push(`${turns.pop() ?? ""}\n${line}`);
  }
  return turns.map((turn) => turn.trim());
}

function taking(parts: readonly string[], form: string, certainty: number): Reading {
  const utterances = parts.map((text, at): Utterance => ({ label: `Speaker ${(at % 2) + 1}`, text }));
  const note = "Nobody is named in the text: two speakers are taken to speak in turns.";
  return { form, utterances, certainty, notes: [note] };
}
