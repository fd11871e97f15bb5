/** Makes long texts fit, and keeps account of what was left out: a judgement says what its judge could not see. */
import type { JsonValue } from "../../model/session.ts";

export interface Shortening {
  /** The text, or its head and tail with a marker between them. */
  text(kind: string, text: string, maxChars: number): string;
  /** The value itself while it is short, else its JSON text, shortened. */
  value(kind: string, value: JsonValue, maxChars: number): JsonValue;
  leaveOut(what: string): void;
  /** One sentence, or undefined when nothing was left out. */
  account(): string | undefined;
}

/** Longer values are shown as text: it bounds how deep the document can be nested. */
const maxInlineChars = 2_000;

export function createShortening(): Shortening {
  const cutChars = new Map<string, number>();
  const leftOut: string[] = [];
  const text = (kind: string, full: string, maxChars: number): string => {
    if (full.length <= maxChars) return full;
    const head = Math.ceil(maxChars * 0.6);
    const tail = maxChars - head;
    const cut = full.length - maxChars;
    cutChars.set(kind, (cutChars.get(kind) ?? 0) + cut);
    return `${full.slice(0, head)} [… ${cut} characters left out …] ${full.slice(full.length - tail)}`;
  };
  return {
    text,
    value(kind, value, maxChars) {
      if (typeof value === "string") return text(kind, value, maxChars);
      const json = jsonText(value);
      const inline = json !== tooDeep && json.length <= Math.min(maxInlineChars, maxChars);
      return inline ? value : text(kind, json, maxChars);
    },
    leaveOut: (what) => void leftOut.push(what),
    account() {
      const cuts = [...cutChars].map(([kind, chars]) => `${kind} by ${chars} characters`);
      const parts = [...(cuts.length === 0 ? [] : [`${cuts.join(", ")} shortened`]), ...leftOut];
      return parts.length === 0 ? undefined : `Not shown to the judge: ${parts.join("; ")}.`;
    },
  };
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
