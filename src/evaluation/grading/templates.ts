/** The prompts for grades: text files beside this one, in the syntax of `formatTemplate`. */
import { readFileSync } from "node:fs";
import { nonceFor } from "../prompts/fence.ts";
import { formatTemplate } from "../python-format.ts";

export type TemplateName =
  | "single-turn"
  | "current-turn"
  | "dialogue"
  | "dialogue-with-task"
  | "strict-dialogue"
  | "strict-dialogue-with-task"
  | "tool-value";

/** The files of each, one after the other. */
const files: Readonly<Record<TemplateName, readonly string[]>> = {
  "single-turn": ["subgoal", "single-turn"],
  "current-turn": ["subgoal", "current-turn"],
  dialogue: ["subgoal", "dialogue"],
  "dialogue-with-task": ["subgoal", "task", "dialogue"],
  "strict-dialogue": ["subgoal", "strict", "dialogue"],
  "strict-dialogue-with-task": ["subgoal", "strict", "task", "dialogue"],
  "tool-value": ["tool-value"],
};

const read = (file: string): string => readFileSync(new URL(`./${file}.md`, import.meta.url), "utf8").trim();

const texts = new Map<TemplateName, string>();

/** Whole, with its fields unfilled; read once. */
export function templateOf(name: TemplateName): string {
  const text = texts.get(name) ?? files[name].map(read).join("\n\n");
  texts.set(name, text);
  return text;
}

/** Fills a template; `nonce` is a field of every one, by which nobody who wrote the values can end the material. */
export function fillPrompt(template: string, values: Readonly<Record<string, string>>): string {
  return formatTemplate(template, { ...values, nonce: nonceFor(JSON.stringify(values)) });
}
