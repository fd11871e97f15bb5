/** What the model is told to do with judges' explanations; the explanations themselves are fenced. */
import { readFileSync } from "node:fs";
import { nonceFor, toFencedJson } from "../../prompts/fence.ts";

export type ErrorPromptName = "summarise-error" | "vote-on-errors" | "cluster-errors";

export const readErrorPrompt = (name: ErrorPromptName): string =>
  readFileSync(new URL(`./${name}.md`, import.meta.url), "utf8").trim();

/** Between lines that its content cannot forge. */
export function toMaterial(value: unknown): string {
  const json = toFencedJson(value);
  const nonce = nonceFor(json);
  return `BEGIN UNTRUSTED DATA ${nonce}\n${json}\nEND UNTRUSTED DATA ${nonce}`;
}
