/** The prompts: text files beside this one, read once, known by their hash. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const names = [
  "material",
  "turn",
  "tool-call",
  "turn-request",
  "trajectory",
  "trajectory-request",
  "safety",
  "checks",
  "instructions",
] as const;
export type PromptName = (typeof names)[number];

/** Raised with every change to a prompt, so that people can tell versions apart; programs go by the hash. */
export const promptsVersion = 3;

export interface Prompts {
  readonly text: (name: PromptName) => string;
  /** SHA-256 (hex) of the texts. */
  readonly hash: string;
}

export function readPrompts(): Prompts {
  const texts = new Map(names.map((name) => [name, readFileSync(new URL(`./${name}.md`, import.meta.url), "utf8")]));
  return {
    text: (name) => texts.get(name) ?? "",
    hash: createHash("sha256")
      .update(JSON.stringify([...texts]))
      .digest("hex"),
  };
}

/** Those of the texts that are named, one after the other. */
export const joinSections = (prompts: Prompts, sections: readonly (PromptName | false)[]): string =>
  sections.flatMap((name) => (name === false ? [] : prompts.text(name).trim())).join("\n\n");

/**
 * Puts values in the places marked `{{name}}`, in a single pass: what a value contains is never looked at again. Throws
 * when a place has no value.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`The prompt has no value for ${name}`);
    return value;
  });
}
