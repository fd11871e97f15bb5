import type { TurnJudgement } from "../../../src/model/judgement.ts";

export const judgementOf = (fields: Partial<TurnJudgement> = {}): TurnJudgement => ({
  turn: 1,
  score: 0,
  reasoning: "So.",
  userSummary: "asks",
  userContent: "question",
  assistantSummary: "answers",
  assistantContent: "answer",
  toolCalls: [],
  dimensions: {},
  evidence: [],
  judge: { name: "rules", version: "1" },
  ...fields,
});
