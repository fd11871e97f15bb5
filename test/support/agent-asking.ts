import { expect } from "vitest";
import type { AgentContext, AgentRequest } from "../../src/evaluation/cases/agent.ts";

/** What an agent is asked in the tests of how agents are reached. */
export const request: AgentRequest = {
  caseId: "case 1",
  trial: 2,
  turn: 1,
  input: "hi",
  messages: [{ role: "user", content: "hi" }],
};

/** The same as agents read it. */
export const requestJson = {
  case_id: "case 1",
  trial: 2,
  turn: 1,
  input: "hi",
  messages: [{ role: "user", content: "hi" }],
};

export const contextOf = (given: Partial<AgentContext> = {}): AgentContext => ({
  signal: new AbortController().signal,
  step: () => undefined,
  ...given,
});

/** An AgentError of that code. */
export const agentError = (code: string, message: RegExp | string = "") => ({
  name: "AgentError",
  code,
  message: expect.stringMatching(message) as string,
});
