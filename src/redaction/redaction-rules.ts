import type { RE2JS } from "re2js";
import type { Hash } from "./mask.ts";
import type { Preset } from "./presets.ts";

/** What is to go, and what is written in its place. */
export interface RedactionRules {
  readonly presets: readonly Preset[];
  readonly blockedValues: readonly RE2JS[];
  /** What one of these matches stays, also where it is blocked. */
  readonly allowedValues: readonly RE2JS[];
  /** Values under keys in which one of these matches go, whatever they are. */
  readonly blockedKeys: readonly RE2JS[];
  /** Absent: what is found is replaced by fixed text. */
  readonly hash?: Hash;
  /** Numbers and booleans are searched too, as text. */
  readonly allTypes: boolean;
  /** Maps and lists that lie deeper in a value are replaced by a mark. `Infinity` lets all pass. */
  readonly maxDepth: number;
}
