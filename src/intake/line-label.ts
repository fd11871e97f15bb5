/** Who is named at the start of a line, in all the ways in which transcripts do that. */
import { roleOfLabel } from "./role-words.ts";
import { endOfLeadingTime, withoutTrailingTime } from "./timestamps.ts";

/** A line read as "someone says": one of the ways to read it, and perhaps no label at all. */
export interface LineLabel {
  readonly label: string;
  /** How it is written: lines of one transcript are written alike. */
  readonly form: string;
  /** A time stands beside it, or marks that serve nothing else: it is hardly a word of the text. */
  readonly isMarked: boolean;
  /** The rest of the line. */
  readonly text: string;
}

const longestLabel = 60;
const longestHead = 200;

/** Colons of many scripts: Latin, full-width, small, vertical, Ethiopic, Arabic-looking ratio, Armenian. */
const colon = "[:：﹕︓︰፡፥፦∶։꞉]";
const nameChars = String.raw`[^:：﹕︓︰፡፥፦∶։꞉\n\t<>{}|]`;
const anyColon = new RegExp(colon, "u");
const endingColon = new RegExp(`${colon}$`, "u");
const lastColon = new RegExp(`${colon}[ \\t]*$`, "u");
const colonLabel = new RegExp(String.raw`^(${nameChars}{1,${longestLabel}}?)[ \t\u00a0]{0,4}${colon}(?!//)`, "u");
const timedColonLabel = new RegExp(
  String.raw`^([^\n<>{}|[\](]{1,${longestLabel}}?)[ \t]{0,4}([[(][\d:.,apmAPM\s/–>-]{3,40}[\])])[ \t]{0,4}(?:${colon}|-|–|—)?`,
  "u",
);
const boldLabel = new RegExp(
  String.raw`^(?:\*\*|__|\*|_|${"`"})([^*_\n${"`"}]{1,${longestLabel}})(?:\*\*|__|\*|_|${"`"})[ \t]{0,4}(?:[[(]?[\d:.apmAPM ]{3,20}[\])]?[ \t]{0,4})?(${colon}|-|–|—|$)`,
  "u",
);
const boldWithColon = new RegExp(
  String.raw`^(?:\*\*|__)([^*_\n:：]{1,${longestLabel}})[ \t]{0,4}${colon}[ \t]{0,4}(?:\*\*|__)`,
  "u",
);
const bracketLabel = new RegExp(
  String.raw`^[[【〔]([^\][【】〔〕\n]{1,${longestLabel}})[\]】〕][ \t]{0,4}(${colon})?`,
  "u",
);
const angleLabel = new RegExp(String.raw`^<(?:v(?:\.[\w.-]{1,30})? )?([^<>/\n|]{1,${longestLabel}})>[ \t]{0,4}`, "u");
const dashLabel = new RegExp(
  String.raw`^([^\n<>{}|:–—]{1,${longestLabel}}?)(?:[ \t]{1,4}(?:-|–|—|=>|->|>>|>|»|\||~)[ \t]{1,4}|\t{1,4}|[ \t]?»[ \t]?)(?=\S)`,
  "u",
);
const tableLabel = new RegExp(String.raw`^\|[ \t]{0,20}([^|\n]{1,${longestLabel}}?)[ \t]{0,40}\|`, "u");
const headingLabel = new RegExp(String.raw`^#{1,6}[ \t]{1,4}(.{1,${longestLabel + 30}})$`, "u");
const bullet = /^(?:[-*•·–—>»]|\d{1,4}[.)]|[-*•] \[[ x]\])[ \t]{1,4}/u;
const invisible = /^[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00a0\u3000]+/u;

/** The ways in which the line can be read, likelier ones first; mostly none or one. A label alone on its line has an empty text. */
export function readLineLabels(line: string): readonly LineLabel[] {
  const head = line.slice(0, longestHead);
  const start = invisible.exec(head)?.[0].length ?? 0;
  const timeEnd = endOfLeadingTime(head.slice(start));
  const isTimed = timeEnd > 0;
  const indent = isTimed ? 0 : (/^[ \t]{1,40}/.exec(head.slice(start))?.[0].length ?? 0);
  const from = start + timeEnd + indent;
  const marks = isTimed ? 0 : (bullet.exec(head.slice(from))?.[0].length ?? 0);
  const prefix = `${isTimed ? "time " : ""}${indent > 0 ? "indent " : ""}${marks > 0 ? "bullet " : ""}`;
  const inner = invisible.exec(head.slice(from + marks))?.[0].length ?? 0;
  const at = from + marks + inner;
  const body = line.slice(at, at + longestHead);
  const isWhole = at + longestHead >= line.length;
  return readBody(body, isWhole, isTimed).flatMap((read): LineLabel[] => {
    const label = cleanLabel(read.label);
    if (label === undefined) return [];
    const text = line
      .slice(at + read.length)
      .replace(invisible, "")
      .trim();
    const isMarked = read.isMarked || (isTimed && !read.form.includes("alone"));
    return [{ label, form: prefix + read.form, isMarked, text }];
  });
}

interface BodyLabel {
  readonly label: string;
  readonly form: string;
  readonly isMarked: boolean;
  /** How much of the line it takes. */
  readonly length: number;
}

function readBody(body: string, isWhole: boolean, isTimed: boolean): readonly BodyLabel[] {
  const marked = readMarked(body, isWhole);
  if (marked !== undefined) return [marked];
  return [
    found(tableLabel.exec(body), "table", false),
    readTimed(body, isWhole),
    readColon(body),
    found(dashLabel.exec(body), "dash", false),
    isWhole ? readAlone(body, isTimed) : undefined,
  ].flatMap((read) => read ?? []);
}

function found(match: RegExpExecArray | null, form: string, isMarked: boolean): BodyLabel | undefined {
  return match === null ? undefined : { label: match[1] ?? "", form, isMarked, length: match[0].length };
}

function readMarked(body: string, isWhole: boolean): BodyLabel | undefined {
  const angle = found(angleLabel.exec(body), "angle", true);
  if (angle !== undefined) return angle;
  const bracket = found(bracketLabel.exec(body), "bracket", false);
  if (bracket !== undefined) return bracket;
  const within = found(boldWithColon.exec(body), "bold", false);
  if (within !== undefined) return within;
  const bold = boldLabel.exec(body);
  if (bold !== null) return found(bold, (bold[2] ?? "") === "" ? "bold alone" : "bold", false);
  const heading = isWhole ? headingLabel.exec(body) : null;
  if (heading === null) return undefined;
  return {
    label: withoutTrailingTime(heading[1] ?? "").label,
    form: `heading ${/^#*/.exec(body)?.[0].length ?? 0}`,
    isMarked: false,
    length: body.length,
  };
}

/** `Ann (00:01:02): text`, `Ann [9:15]`, and a name with a time alone on a line. */
function readTimed(body: string, isWhole: boolean): BodyLabel | undefined {
  const inline = found(timedColonLabel.exec(body), "timed", true);
  if (inline !== undefined) return inline;
  if (!isWhole || body.length > 120) return undefined;
  const { label, hasTime } = withoutTrailingTime(body.replace(lastColon, "").trimEnd());
  return hasTime && label !== "" && !anyColon.test(label)
    ? { label, form: "timed alone", isMarked: true, length: body.length }
    : undefined;
}

/** Not the colon of a time: `Ann 0:03`. */
function readColon(body: string): BodyLabel | undefined {
  const match = colonLabel.exec(body);
  const isTime = match !== null && /\d[ \t]*$/.test(match[1] ?? "") && /^\d\d/.test(body.slice(match[0].length));
  return isTime ? undefined : found(match, "colon", false);
}

/** A line that is a word for a side, a name in capitals, or behind a time just a name, and nothing else. */
function readAlone(body: string, isTimed: boolean): BodyLabel | undefined {
  const text = body.trim();
  if (text === "" || text.length > longestLabel) return undefined;
  const isName = isTimed ? /^\p{Lu}[\p{L}\p{N} .'()-]*$/u.test(text) : /^\p{Lu}[\p{Lu}\p{N} .'()-]+$/u.test(text);
  if (!isName && roleOfLabel(text) === undefined) return undefined;
  return { label: text, form: "alone", isMarked: false, length: body.length };
}

const verbs = /[ \t]+(?:says?|said|asks?|asked|wrote|writes|replied|replies|answered|sagt|fragt|dit|dice|disse)$/iu;
const fromZoom = /^from[ \t]+(.{1,60}?)(?:[ \t]+to[ \t]+.{1,60}?(?:\([^)]{0,40}\))?)?$/iu;
const direct = /[ \t]*\((?:direct message|privately|direktnachricht)\)$/iu;

/** The name itself; undefined when it cannot be one: too long, a sentence, without a letter. */
function cleanLabel(raw: string): string | undefined {
  const bare = withoutTrailingTime(raw.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "").trim()).label;
  const named = (fromZoom.exec(bare)?.[1] ?? bare).replace(direct, "").replace(verbs, "");
  const label = named
    .replace(/^[*_`"“'#>\s]+|[*_`"”'\s,]+$/g, "")
    .replace(endingColon, "")
    .trim();
  if (label === "" || label.length > longestLabel || !/[\p{L}\p{N}]/u.test(label)) return undefined;
  if (/[!?;¿¡。！？…؟]|\.\s+\p{Ll}|https?$|^\d+$/u.test(label)) return undefined;
  return label.split(/\s+/u).length > 6 ? undefined : label;
}
