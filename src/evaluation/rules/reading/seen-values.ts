/** What was said before, indexed once: each key with the place where it first stood, so that a lookup costs nothing. */
import type { JsonValue } from "../../../model/session.ts";
import { leavesOf } from "./json-leaves.ts";
import { eachKey } from "./value-keys.ts";

/** Who brought a value into the session: the user, the setting (system prompt), or a tool's answer. */
export type Source = "user" | "setting" | "found";

const everySource: readonly Source[] = ["user", "setting", "found"];

export interface SeenValues {
  /** True when a text at a smaller position than `before` has the key. Without sources: any. */
  has(key: string, before: number, sources?: readonly Source[]): boolean;
}

export interface SeenValuesBuilder extends SeenValues {
  addText(text: string, position: number, source: Source): void;
  /** Adds a JSON value's member names and scalars. */
  addJson(value: JsonValue, position: number, source: Source): void;
}

/** Positions must not fall from one call to the next. */
export function createSeenValues(): SeenValuesBuilder {
  const first = {
    user: new Map<string, number>(),
    setting: new Map<string, number>(),
    found: new Map<string, number>(),
  };
  const addText = (text: string, position: number, source: Source): void => {
    const seen = first[source];
    eachKey(text, (key) => {
      if (!seen.has(key)) seen.set(key, position);
    });
  };
  return {
    addText,
    addJson: (value, position, source) => {
      let key = "";
      for (const leaf of leavesOf(value)) {
        if (leaf.key !== key) addText(leaf.key, position, source);
        key = leaf.key;
        if (leaf.value !== null) addText(String(leaf.value), position, source);
      }
    },
    has: (key, before, sources = everySource) =>
      sources.some((source) => (first[source].get(key) ?? Infinity) < before),
  };
}
