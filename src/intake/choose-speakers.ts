/**
 * Which of the labels in a text name speakers. What looks like a label may be a word of what is said ("Price: 20"), so the labels of
 * one transcript are taken together: they are written alike, they come again, they take turns, and some say what they are.
 */
import { isContentKey } from "./content-words.ts";
import type { LineLabel } from "./line-label.ts";
import { labelKey, roleOfLabel, rolesOfInitials, type LabelRole } from "./role-words.ts";

export interface LabelledLine extends LineLabel {
  readonly key: string;
  readonly role: LabelRole | undefined;
}

/** With where it stands. */
interface PlacedLabel extends LabelledLine {
  /** It is on the first line that is not empty. */
  readonly isFirst: boolean;
}

export interface Speakers {
  readonly keys: ReadonlySet<string>;
  readonly forms: ReadonlySet<string>;
  /** Their labels stand beside times, or in marks that serve nothing else. */
  readonly isMarked: boolean;
}

interface Form {
  readonly name: string;
  readonly lines: readonly PlacedLabel[];
}

export function withRole(label: LineLabel): LabelledLine {
  return { ...label, key: labelKey(label.label), role: roleOfLabel(label.label) };
}

/** `lines`: the ways in which each line names somebody. `filled`: how many lines are not empty, and which is the first of them. Undefined when nobody is named. */
export function chooseSpeakers(
  lines: readonly (readonly LabelledLine[])[],
  { filled, firstLine }: { readonly filled: number; readonly firstLine: number },
): Speakers | undefined {
  const forms = groupByForm(lines, firstLine).map((form) => ({ form, keys: speakersOf(form, filled) }));
  const best = forms.reduce<{ form: Form; keys: ReadonlySet<string>; score: number } | undefined>(
    (best, { form, keys }) => {
      const score = scoreOf(form, keys, filled);
      return score > (best?.score ?? 0) ? { form, keys, score } : best;
    },
    undefined,
  );
  if (best === undefined) return undefined;
  // The same people may be named without the time, or in another mark, elsewhere.
  const related = forms.filter(
    ({ form, keys }) => isRelated(form, best.form) && [...keys].some((key) => best.keys.has(key)),
  );
  return {
    keys: new Set([...best.keys, ...related.flatMap(({ keys }) => [...keys])]),
    forms: new Set([best.form.name, ...related.map(({ form }) => form.name)]),
    isMarked: best.form.lines[0]?.isMarked === true,
  };
}

function groupByForm(lines: readonly (readonly LabelledLine[])[], firstLine: number): readonly Form[] {
  const forms = new Map<string, PlacedLabel[]>();
  for (const [index, labels] of lines.entries()) {
    for (const label of labels) {
      const placed = { ...label, isFirst: index === firstLine };
      const known = forms.get(label.form);
      if (known === undefined) forms.set(label.form, [placed]);
      else known.push(placed);
    }
  }
  return [...forms].map(([name, own]) => ({ name, lines: own }));
}

const isRelated = (a: Form, b: Form): boolean => a === b || kindOf(a.name) === kindOf(b.name);
const kindOf = (form: string): string =>
  form
    .replace(/^time |^indent |^bullet /g, "")
    .replace(/ alone$/, "")
    .replace("timed", "colon");

/** So many different names in one conversation: more are keys of a list. */
const mostSpeakers = 24;

function speakersOf({ name, lines }: Form, filled: number): ReadonlySet<string> {
  const counts = new Map<string, { count: number; role: LabelRole | undefined }>();
  for (const { key, role } of lines) {
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { count: 1, role });
    else known.count += 1;
  }
  const initials = rolesOfInitials([...counts.keys()]);
  const sides = [...counts].filter(([key, { role }]) => isSide(role) || initials.has(key)).map(([key]) => key);
  const others = [...counts.keys()].filter((key) => !sides.includes(key) && !isContentKey(key));
  const isMarked = lines.every((line) => line.isMarked);
  const roles = new Set(sides.map((key) => initials.get(key) ?? counts.get(key)?.role));
  const bothSides = roles.has("user") && roles.has("assistant");
  const names = others.filter((key) => {
    const { count = 0, role } = counts.get(key) ?? {};
    if (role === "system" || role === "narrator") return true;
    if (isMarked) return true;
    if (bothSides) return count > 1 && takesTurns(key, lines, new Set(sides));
    return count > 1 || coverage(lines, filled) >= 0.5;
  });
  if (
    !isMarked &&
    lines[0]?.isFirst !== true &&
    name.includes("alone") &&
    sides.length === 0 &&
    names.every((key) => (counts.get(key)?.count ?? 0) < 2)
  )
    return new Set();
  const chosen = bothSides || isMarked ? names : [...settled(names, sides, lines), ...beginning(others, sides, lines)];
  const keys = new Set([...sides, ...chosen]);
  const isCrowd =
    keys.size > mostSpeakers || (!isMarked && sides.length === 0 && keys.size > 3 && keys.size > lines.length * 0.6);
  return isCrowd ? new Set(sides) : keys;
}

const isSide = (role: LabelRole | undefined): boolean => role === "user" || role === "assistant";
const coverage = (lines: readonly unknown[], filled: number): number => lines.length / Math.max(1, filled);

/** Between two of its lines somebody else speaks, most of the time: keys of a list come again within one utterance. */
function takesTurns(key: string, lines: Form["lines"], sides: ReadonlySet<string>): boolean {
  let again = 0;
  let turns = 0;
  let sideSince = true;
  for (const line of lines) {
    if (line.key === key) {
      again += 1;
      if (sideSince) turns += 1;
      sideSince = false;
    } else if (sides.has(line.key)) sideSince = true;
  }
  return turns > again / 2;
}

/** Without both sides named: those that come as often as the ones that speak most, or nearly. */
function settled(names: readonly string[], sides: readonly string[], lines: Form["lines"]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { key } of lines) counts.set(key, (counts.get(key) ?? 0) + 1);
  const most = Math.max(0, ...[...names, ...sides].map((key) => counts.get(key) ?? 0));
  const often = names.filter((key) => (counts.get(key) ?? 0) >= Math.max(1, most * 0.08));
  const all = new Set([...sides, ...often]);
  return often.filter((key) => (counts.get(key) ?? 0) < 3 || takesTurns(key, lines, without(all, key)));
}

/** Who is named where the text begins, and whoever is named next: in a short conversation nobody is named twice. */
function beginning(others: readonly string[], sides: readonly string[], lines: Form["lines"]): readonly string[] {
  const [first] = lines;
  if (first === undefined || !first.isFirst || (!others.includes(first.key) && !sides.includes(first.key))) return [];
  const next = lines.find(({ key }) => key !== first.key && (others.includes(key) || sides.includes(key)));
  return [first.key, next?.key].filter((key) => key !== undefined && others.includes(key)).flatMap((key) => key ?? []);
}

function without(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  return new Set([...keys].filter((other) => other !== key));
}

/** A form in which two sides or more are named is better than any in which one is. */
function scoreOf({ name, lines }: Form, keys: ReadonlySet<string>, filled: number): number {
  if (keys.size === 0) return 0;
  const own = lines.filter((line) => keys.has(line.key));
  const roles = new Set(own.map(({ role }) => role).filter(isSide));
  const isMarked = own.some((line) => line.isMarked);
  if (keys.size < 2 && roles.size === 0 && !isMarked) return 0;
  const isWeak = weakForms.test(name) && !name.startsWith("time ");
  const least = own[0]?.isFirst === true ? 0.02 : own.length < 4 ? 0.8 : 0.1;
  if (isWeak && roles.size === 0 && !isMarked && coverage(own, filled) < least) return 0;
  const sure = roles.size === 2 ? 4 : roles.size === 1 ? 2 : 1;
  const place = (name.includes("indent") ? 0.3 : 1) * (own[0]?.isFirst === true ? 4 : 1);
  return own.length * sure * place * (isMarked ? 2 : 1) * (isWeak ? 0.5 : 1);
}

/** Bullets, dashes and brackets serve other ends as well. */
const weakForms = /bullet|dash|bracket|table|alone|heading/;
