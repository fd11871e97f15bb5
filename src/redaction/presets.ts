/** THE list of presets: rules that need no configuration. */
import { valiqorFinders } from "./find-as-valiqor.ts";
import { personalDataFinders } from "./find-personal-data.ts";
import { secretFinders, secretKey, wholeSecretKey } from "./find-secrets.ts";
import type { Finder } from "./masked-ranges.ts";

export const presetNames = ["pii", "secrets", "valiqor"] as const;
export type Preset = (typeof presetNames)[number];

export interface PresetRules {
  /** What goes out of texts. */
  readonly finders: readonly Finder[];
  /** Keys whose value goes, whatever it is. */
  readonly secretKey?: RegExp;
}

export const presets: Readonly<Record<Preset, PresetRules>> = {
  pii: { finders: personalDataFinders },
  secrets: { finders: secretFinders, secretKey },
  valiqor: { finders: valiqorFinders, secretKey: wholeSecretKey },
};
