/** A text in numbered pieces that a language model can assign without repeating them. */
import { readLineLabels } from "./line-label.ts";
import { labelKey, roleOfLabel } from "./role-words.ts";

export interface TextUnit {
  readonly text: string;
  /** It begins on a line of its own. */
  readonly beginsLine: boolean;
}

/** Longer lines are told apart by sentences: speakers may change within them. */
const longestUnit = 240;

/** Without empty lines. */
export function toUnits(lines: readonly string[]): readonly TextUnit[] {
  return lines.flatMap((line) => {
    if (line.trim() === "") return [];
    const parts = line.length <= longestUnit ? [line] : sentencesOf(line);
    return parts.map((text, at) => ({ text, beginsLine: at === 0 }));
  });
}

/** Sentences, and pieces of those that are very long. Nothing of the line is lost. */
export function sentencesOf(line: string): readonly string[] {
  const sentences =
    line.match(/[^.!?。！？؟…]{1,400}(?:[.!?。！？؟…]{1,8}["”’»)]{0,3}\s{0,4})?|[.!?。！？؟…]{1,8}/gu) ?? [];
  return sentences.flatMap((sentence) => (sentence.trim() === "" ? [] : [sentence.trim()]));
}

/** What the speaker of a segment says, without the label in front of it. */
export function textOfUnits(units: readonly TextUnit[], speaker: string | null, role: "user" | "assistant"): string {
  return units.reduce((text, unit, at) => {
    const said = unit.beginsLine ? withoutLabel(unit.text, speaker, role) : unit.text;
    if (said === "") return text;
    return at === 0 || text === "" ? said : `${text}${unit.beginsLine ? "\n" : " "}${said}`;
  }, "");
}

/** Only a label that is the speaker's, or a word for its side; a name that the model made up takes nothing away. */
function withoutLabel(line: string, speaker: string | null, role: "user" | "assistant"): string {
  const theirs = readLineLabels(line).find(
    ({ label }) => (speaker !== null && labelKey(label) === labelKey(speaker)) || roleOfLabel(label) === role,
  );
  return theirs === undefined ? line.trim() : theirs.text;
}
