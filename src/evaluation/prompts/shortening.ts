/** Makes long texts fit, and keeps account of what was left out: a judgement says what its judge could not see. */
import type { Cut, CutKind } from "../../model/judgement.ts";
import type { JsonValue } from "../../model/session.ts";

/** `Kind`: what texts are counted by; those of judgements, where nothing else is said. */
export interface Shortening<Kind extends string = CutKind> {
  /** The text, or its head and tail with a marker between them. */
  text(kind: Kind, text: string, maxChars: number): string;
  /** The value itself while it is short, else its JSON text, shortened. */
  value(kind: Kind, value: JsonValue, maxChars: number): JsonValue;
  /** Text of which nothing is shown. */
  leaveOut(kind: Kind, characters: number): void;
  /** Turns that are not shown at all, first and last. */
  leaveOutTurns(from: number, to: number): void;
  leaveOutFindings(count: number): void;
  /** Undefined when nothing was left out. */
  account(): CutBy<Kind> | undefined;
  /** How much was not left out, in characters. */
  shownChars(): number;
}

export interface CutBy<Kind extends string> extends Omit<Cut, "shortened"> {
  readonly shortened: readonly { readonly kind: Kind; readonly characters: number }[];
}

/** Longer values are shown as text: it bounds how deep the document can be nested. */
const maxInlineChars = 2_000;

export function createShortening<Kind extends string = CutKind>(): Shortening<Kind> {
  const cutChars = new Map<Kind, number>();
  const turns: { from: number; to: number }[] = [];
  let findings = 0;
  let shown = 0;
  const leaveOut = (kind: Kind, characters: number): void =>
    void cutChars.set(kind, (cutChars.get(kind) ?? 0) + characters);
  const text = (kind: Kind, full: string, maxChars: number): string => {
    shown += Math.min(full.length, maxChars);
    if (full.length <= maxChars) return full;
    const head = Math.ceil(maxChars * 0.6);
    const tail = maxChars - head;
    const cut = full.length - maxChars;
    leaveOut(kind, cut);
    return `${full.slice(0, head)} [… ${cut} characters left out …] ${full.slice(full.length - tail)}`;
  };
  return {
    text,
    value(kind, value, maxChars) {
      if (typeof value === "string") return text(kind, value, maxChars);
      const json = jsonText(value);
      const inline = json !== tooDeep && json.length <= Math.min(maxInlineChars, maxChars);
      if (!inline) return text(kind, json, maxChars);
      shown += json.length;
      return value;
    },
    leaveOut,
    leaveOutTurns: (from, to) => void turns.push({ from, to }),
    leaveOutFindings(count) {
      findings += count;
    },
    account() {
      const shortened = Array.from(cutChars, ([kind, characters]) => ({ kind, characters }));
      const isWhole = shortened.length === 0 && turns.length === 0 && findings === 0;
      return isWhole ? undefined : { shortened, turns, findings };
    },
    shownChars: () => shown,
  };
}

/** No need to write out what is too long already: a character takes a byte at least, and of these a token is at most three. */
export const exceeds = (shorten: Pick<Shortening, "shownChars">, maxTokens: number): boolean =>
  shorten.shownChars() > maxTokens * 3;

/** One sentence, for people. */
export function describeCut({ shortened, turns, findings }: CutBy<string>): string {
  const texts = shortened.map(({ kind, characters }) => `${kind.replace("_", " ")} by ${characters} characters`);
  const parts = [
    ...(texts.length === 0 ? [] : [`${texts.join(", ")} shortened`]),
    ...turns.map(({ from, to }) => (from === to ? `turn ${from}` : `turns ${from} to ${to}`)),
    ...(findings === 0 ? [] : [`${findings} findings of the rules`]),
  ];
  return `Not shown to the judge: ${parts.join("; ")}.`;
}

const tooDeep = "(nested too deeply to be shown)";

/** Compact JSON; a value nested deeper than the engine can walk is named as such. */
export function jsonText(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return tooDeep;
    throw error;
  }
}
