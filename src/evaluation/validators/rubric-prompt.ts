/** The prompt of `rubric`: the turns as judges are shown them, in as much detail as fits. */
import { readFileSync } from "node:fs";
import { estimateTokens } from "../../llm/tokens.ts";
import type { Turn } from "../../model/session.ts";
import { InvalidInputError } from "../evaluation-error.ts";
import { nonceFor, toFencedJson } from "../prompts/fence.ts";
import { fillTemplate, readPrompts } from "../prompts/prompts.ts";
import { createShortening, exceeds } from "../prompts/shortening.ts";
import { showTurn, type Detail } from "../prompts/shown-turn.ts";
import type { Trajectory } from "./validator.ts";

export interface RubricPrompt {
  readonly system: string;
  readonly prompt: string;
}

export type WriteRubricPrompt = (turns: Trajectory["turns"]) => RubricPrompt;

const details: readonly Detail[] = [
  { text: Infinity, arguments: Infinity, result: 8_000 },
  { text: 4_000, arguments: 1_000, result: 800 },
  { text: 1_000, arguments: 300, result: 200 },
  { text: 300, arguments: 100, result: 60 },
];

/** Throws InvalidInputError 050009 for turns that do not fit into so many tokens even when they are shortened. */
export function createRubricPrompt(rubric: string, maxTokens: number): WriteRubricPrompt {
  const [system, request] = [readText("rubric"), readText("rubric-request")];
  const material = readPrompts().text("material");
  return (turns) => {
    for (const detail of details) {
      const shorten = createShortening();
      const shown = turns.map((turn) => showTurn(toWholeTurn(turn), detail, shorten).json);
      if (exceeds(shorten, maxTokens)) continue;
      const json = toFencedJson({ turns: shown });
      const nonce = nonceFor(json);
      const prompt = {
        system: fillTemplate(system, { material: fillTemplate(material, { nonce }).trim() }),
        prompt: fillTemplate(request, { rubric: toFencedJson(rubric), nonce, json }),
      };
      if (estimateTokens(prompt.system + prompt.prompt) <= maxTokens) return prompt;
    }
    throw new InvalidInputError("050009", `the turns do not fit into ${maxTokens} tokens`);
  };
}

const readText = (name: string): string => readFileSync(new URL(`./${name}.md`, import.meta.url), "utf8");

const noUsage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };

/** Nothing of what is added here is shown. */
const toWholeTurn = (turn: Trajectory["turns"][number]): Turn => ({
  aborted: false,
  inferred: false,
  traceIds: [],
  flags: [],
  usage: noUsage,
  digest: "",
  ...turn,
});
