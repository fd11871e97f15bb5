/** How well an output does what was asked, 0..1. Where nothing is expected, every output does (1). */
import { round4 } from "../python-numbers.ts";
import { splitWords, strip } from "../python-text.ts";
import type { PromptCase, OutputCheck } from "./prompt-case.ts";

type Expected = PromptCase["expectedOutput"];

/**
 * 1 where the output contains the expected text, spaces around it and letter case aside, else 0. Throws where a check throws or
 * does not answer a number: that is the check's fault, and says nothing of the output. Source: agent-evals' README.
 */
export async function taskCompletion(output: string, expected: Expected): Promise<number> {
  if (expected === undefined) return 1;
  if (typeof expected === "string") return normalise(output).includes(normalise(expected)) ? 1 : 0;
  const answer: unknown = await expected(output);
  if (typeof answer === "boolean") return Number(answer);
  if (typeof answer !== "number" || Number.isNaN(answer))
    throw new TypeError(`a check of the output must answer true, false or a number; it answered ${typeof answer}`);
  return round4(Math.min(1, Math.max(0, answer)));
}

/**
 * 1 where the texts are equal, 0.85 where the output contains what is expected, else the share of their words that both have
 * (Jaccard). A check that throws gives 0, one that answers NaN gives 1. Source: agent-evals' `_score_task_completion`.
 */
export async function taskCompletionOfAgentEvals(output: string, expected: Expected): Promise<number> {
  if (expected === undefined) return 1;
  if (typeof expected !== "string") return checkedByAgentEvals(output, expected);
  if (normalise(output) === normalise(expected)) return 1;
  if (normalise(output).includes(normalise(expected))) return 0.85;
  return sharedWords(output, expected);
}

const normalise = (text: string): string => strip(text).toLowerCase();

function sharedWords(output: string, expected: string): number {
  const own = new Set(splitWords(output.toLowerCase()));
  const wanted = new Set(splitWords(expected.toLowerCase()));
  const shared = [...wanted].filter((word) => own.has(word)).length;
  return round4(shared / (own.size + wanted.size - shared));
}

async function checkedByAgentEvals(output: string, check: OutputCheck): Promise<number> {
  try {
    const answer = toPythonFloat(await check(output));
    return Number.isNaN(answer) ? 1 : Math.min(1, Math.max(0, answer));
  } catch {
    return 0;
  }
}

const digits = String.raw`\d+(?:_\d+)*`;
const numeral = new RegExp(`^[+-]?(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:e[+-]?${digits})?$`, "i");
const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;

/** `float(value)`; throws where that does. */
function toPythonFloat(value: unknown): number {
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") return Number(value);
  const text = typeof value === "string" ? strip(value) : "";
  if (numeral.test(text)) return Number(text.replaceAll("_", ""));
  const [, sign, infinite] = special.exec(text) ?? [];
  if (sign === undefined) throw new TypeError("no number");
  if (infinite === undefined) return Number.NaN;
  return sign === "-" ? -Infinity : Infinity;
}
