/** Turns as rows: their JSON, and the words by which they are found. */
import type { JsonValue, Step, Turn } from "../../model/session.ts";

/** What lies behind this in one turn is not found by its words; it bounds how long saving one takes. */
const MAX_WORDS_LENGTH = 256 * 1024;

/** What JSON made of a turn: dates are texts. */
export type TurnJson = { readonly [key: string]: JsonValue };

/** User, assistant and tool content of a turn, also of its sub-agents. */
export function wordsOf({ userContent, assistantContent = "", steps, error = "" }: Turn): string {
  return [userContent, assistantContent, ...steps.flatMap(wordsOfStep), error].join("\n").slice(0, MAX_WORDS_LENGTH);
}

function wordsOfStep(step: Step): string[] {
  if (step.type === "model_call") return [step.content ?? "", step.error ?? ""];
  const { name, arguments: args, result, error = "", subAgent } = step;
  return [name, textOf(args), textOf(result), error, ...(subAgent?.steps.flatMap(wordsOfStep) ?? [])];
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** True when the turn, a call in it or a sub-agent's call failed. */
export function hasError({ error, steps }: Turn): boolean {
  return error !== undefined || steps.some(isFailed);
}

function isFailed(step: Step): boolean {
  if (step.error !== undefined) return true;
  return step.type === "tool_call" && (step.subAgent?.steps.some(isFailed) ?? false);
}

/** Only the turn's own dates become dates again: arguments and results may have keys of the same names. */
export function parseTurn(json: string): Turn {
  return withDates<Turn>(JSON.parse(json) as TurnJson);
}

function withDates<Dated>(json: TurnJson): Dated {
  const { startedAt, endedAt, steps, subAgent } = json;
  const dated = {
    ...json,
    ...(typeof startedAt === "string" ? { startedAt: new Date(startedAt) } : {}),
    ...(typeof endedAt === "string" ? { endedAt: new Date(endedAt) } : {}),
    ...(Array.isArray(steps) ? { steps: steps.map((step) => withDates(step as TurnJson)) } : {}),
    ...(isObject(subAgent) ? { subAgent: withDates(subAgent) } : {}),
  };
  return dated as Dated;
}

function isObject(value: JsonValue | undefined): value is TurnJson {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
