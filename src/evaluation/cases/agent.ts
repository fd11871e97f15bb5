/** The contract of an agent under evaluation: a function that answers one turn. */
import type { Step } from "@turnwise/instrumentation/guards";
import type { ChatMessage } from "../../model/message.ts";
import type { AgentAnswer } from "./agent-answer.ts";

export interface AgentRequest {
  readonly caseId: string;
  /** From 1. */
  readonly trial: number;
  /** From 1. */
  readonly turn: number;
  /** What the user says now. */
  readonly input: string;
  /** What was said in this trial so far, the input last. */
  readonly messages: readonly ChatMessage[];
}

export interface AgentContext {
  /** Aborts when nobody waits for the answer any more: too late, stopped by a guard, the run is cancelled. */
  readonly signal: AbortSignal;
  /** To be told each step before it is taken. Throws a GuardError when it must not be: the trial is over then. */
  readonly step: (step: Step) => void;
}

/** Rejects when it cannot answer; with an AgentError where it is known why. */
export type Agent = (request: AgentRequest, context: AgentContext) => Promise<AgentAnswer>;

/** In characters of JSON, or bytes of it: an answer that is longer is none. */
export const longestAnswer = 10_000_000;

/** As commands, endpoints and modules are told. */
export function toRequestJson({
  caseId,
  trial,
  turn,
  input,
  messages,
}: AgentRequest): Readonly<Record<string, unknown>> {
  return { case_id: caseId, trial, turn, input, messages };
}
