/** Turns as rows: their JSON, and the words by which they are found. */
import type { Attachment, JsonValue, Step, Turn } from "../../model/session.ts";
import { parseStored } from "./stored-json.ts";

/** What lies behind this in one turn is not found by its words; it bounds how long saving one takes. */
const MAX_WORDS_LENGTH = 256 * 1024;

/**
 * User, assistant and tool content of a turn and the names of what was shown, also of its sub-agents; at last what the models
 * thought, which is long.
 */
export function wordsOf({ userContent, assistantContent = "", attachments, steps, error = "" }: Turn): string {
  const said = [userContent, assistantContent, ...namesOf(attachments), ...steps.flatMap(wordsOfStep), error];
  return [...said, ...steps.flatMap(thoughtsOf)].join("\n").slice(0, MAX_WORDS_LENGTH);
}

function wordsOfStep(step: Step): string[] {
  if (step.type === "model_call") return [step.content ?? "", ...namesOf(step.attachments), step.error ?? ""];
  const { name, arguments: args, result, error = "", subAgent } = step;
  return [name, textOf(args), textOf(result), error, ...(subAgent?.steps.flatMap(wordsOfStep) ?? [])];
}

function thoughtsOf(step: Step): string[] {
  if (step.type === "model_call") return step.reasoning === undefined ? [] : [step.reasoning];
  return step.subAgent?.steps.flatMap(thoughtsOf) ?? [];
}

const namesOf = (attachments: readonly Attachment[] = []): string[] => attachments.flatMap(({ name }) => name ?? []);

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

/** What JSON made of a turn, a step or a sub-agent: dates are texts. */
interface Undated {
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly steps?: readonly Undated[];
  readonly subAgent?: Undated;
}

/** Only the turn's own dates become dates again: arguments and results may have keys of the same names. */
export function parseTurn(json: string): Turn {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- with its dates it is again what was stored
  return withDates(parseStored<Undated>(json)) as Turn;
}

function withDates({ startedAt, endedAt, steps, subAgent, ...rest }: Undated): object {
  return {
    ...rest,
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt) }),
    ...(endedAt === undefined ? {} : { endedAt: new Date(endedAt) }),
    ...(steps === undefined ? {} : { steps: steps.map(withDates) }),
    ...(subAgent === undefined ? {} : { subAgent: withDates(subAgent) }),
  };
}
