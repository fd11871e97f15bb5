import type { Mask } from "./mask.ts";
import { maskPersonalData } from "./personal-data.ts";
import { maskSecrets } from "./secrets.ts";

/** The masks that need nothing but a name. */
const presets = { pii: maskPersonalData, secrets: maskSecrets } satisfies Record<string, Mask>;

/** `pii`: e-mail addresses, phone, card, account and social security numbers. `secrets`: credentials. */
export type MaskPreset = keyof typeof presets;

/** One mask of several, the first first; undefined without any. Throws on a preset that does not exist. */
export function createMask(masks: readonly (Mask | string)[]): Mask | undefined {
  const functions = masks.map((mask) => (typeof mask === "function" ? mask : presetOf(mask)));
  if (functions.length === 0) return undefined;
  return (text, place) => functions.reduce((masked, mask) => mask(masked, place), text);
}

function presetOf(name: string): Mask {
  const preset = Object.entries(presets).find(([own]) => own === name);
  if (preset === undefined)
    throw new Error(`no masking preset "${name}", there are ${Object.keys(presets).join(", ")}`);
  return preset[1];
}
