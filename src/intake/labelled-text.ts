/** Texts in which lines say who speaks. */
import { chooseSpeakers, withRole, type LabelledLine, type Speakers } from "./choose-speakers.ts";
import { readLineLabels } from "./line-label.ts";
import { rolesOfInitials } from "./role-words.ts";
import { endOfLeadingTime, isOnlyTime } from "./timestamps.ts";
import type { Reading, Utterance } from "./utterance.ts";

/** Undefined when no two lines say who speaks. `joint`: what lines of one utterance are joined by. */
export function readLabelledText(lines: readonly string[], joint = "\n"): Reading | undefined {
  const labels = lines.map(toLabels);
  const filled = lines.filter((line) => line.trim() !== "").length;
  const speakers = chooseSpeakers(labels, { filled, firstLine: lines.findIndex((line) => line.trim() !== "") });
  if (speakers === undefined) return undefined;
  const { utterances, outside } = cut(lines, labels, speakers, joint);
  const spoken = utterances.filter(({ role, text }) => role !== "narrator" && text !== "");
  if (spoken.length === 0) return undefined;
  const left = outside + utterances.filter(({ role }) => role === "narrator").length;
  return {
    form: "labels",
    utterances: withInitials(spoken),
    certainty: 1 - 0.4 * Math.min(1, left / Math.max(1, filled)),
    notes:
      left === 0
        ? []
        : [
            `${left} ${left === 1 ? "line belongs" : "lines belong"} to no speaker and ${left === 1 ? "was" : "were"} left out.`,
          ],
  };
}

function toLabels(line: string): readonly LabelledLine[] {
  return line.trim() === "" ? [] : readLineLabels(line).map(withRole);
}

/** A line of its own that only tells of the conversation, as chat exports have them. */
const notice =
  /^[ \t*[(-]{0,8}(?:.{1,60} (?:has )?(?:joined|left|entered|ended|started)(?: the)?(?: chat| conversation| call| meeting)?\.?|(?:chat|call|conversation|recording|transcript(?:ion)?) (?:started|ended|begins|ends).{0,60})[ \t*\])-]{0,8}$/iu;

interface Cut {
  readonly utterances: readonly Utterance[];
  /** Lines that are nobody's. */
  readonly outside: number;
}

function cut(
  lines: readonly string[],
  labels: readonly (readonly LabelledLine[])[],
  speakers: Speakers,
  joint: string,
): Cut {
  const utterances: Utterance[] = [];
  let open: { readonly line: LabelledLine; readonly texts: string[] } | undefined;
  let outside = 0;
  const close = (): void => {
    if (open !== undefined) utterances.push(toUtterance(open.line, open.texts, joint));
    open = undefined;
  };
  for (const [index, text] of lines.entries()) {
    const label = labels[index]?.find((candidate) => names(candidate, speakers));
    if (label !== undefined) {
      close();
      open = { line: label, texts: label.text === "" ? [] : [label.text] };
    } else if (speakers.isMarked && isOnlyTime(text) && text.trim() !== "") {
      continue;
    } else if (speakers.isMarked && isTimedNotice(text, speakers)) {
      close();
      outside += 1;
    } else if (open !== undefined && !notice.test(text)) open.texts.push(text);
    else if (text.trim() !== "") outside += 1;
  }
  close();
  return { utterances, outside };
}

function names(label: LabelledLine, { keys, forms }: Speakers): boolean {
  return forms.has(label.form) && keys.has(label.key);
}

/** Where each message begins with a time, a time without a name begins something that nobody says. */
function isTimedNotice(text: string, { forms }: Speakers): boolean {
  return [...forms].some((form) => form.startsWith("time ")) && endOfLeadingTime(text) > 0;
}

function toUtterance({ label, role, form }: LabelledLine, texts: readonly string[], joint: string): Utterance {
  const text = unindented(texts).join(joint).trim();
  return {
    label,
    ...(role === undefined ? {} : { role }),
    text: form.includes("table")
      ? withoutLastBar(text)
      : form.includes("angle")
        ? text.replace(/<\/[\w .]{1,60}>[ \t]*$/, "").trimEnd()
        : text,
  };
}

/** No pattern: one that may begin at each of many spaces takes their square. */
const withoutLastBar = (text: string): string => (text.endsWith("|") ? text.slice(0, -1).trimEnd() : text);

/** Without what wrapped lines are moved in by; what is moved in further stays so. */
function unindented(texts: readonly string[]): readonly string[] {
  const depths = texts.slice(1).flatMap((text) => (text.trim() === "" ? [] : [/^[ \t]*/.exec(text)?.[0].length ?? 0]));
  const depth = depths.reduce((least, one) => Math.min(least, one), depths[0] ?? 0);
  return texts.map((text, index) =>
    (index === 0 ? text.trimStart() : text.slice(Math.min(depth, /^[ \t]*/.exec(text)?.[0].length ?? 0))).trimEnd(),
  );
}

function withInitials(utterances: readonly Utterance[]): readonly Utterance[] {
  const initials = rolesOfInitials(utterances.map(({ label = "" }) => label.toLowerCase()));
  if (initials.size === 0) return utterances;
  return utterances.map((utterance) => {
    const role = utterance.role ?? initials.get((utterance.label ?? "").toLowerCase());
    return role === undefined ? utterance : { ...utterance, role };
  });
}
