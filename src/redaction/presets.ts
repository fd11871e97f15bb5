/** THE list of presets: rules that need no configuration. */
import { personalDataFinders } from "./find-personal-data.ts";
import { secretFinders } from "./find-secrets.ts";
import type { Finder } from "./masked-ranges.ts";

export const presetNames = ["pii", "secrets"] as const;
export type Preset = (typeof presetNames)[number];

export const presets: Readonly<Record<Preset, readonly Finder[]>> = {
  pii: personalDataFinders,
  secrets: secretFinders,
};
