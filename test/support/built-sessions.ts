/** What the session builder and the judges would save, for tests that save it. */
import { createHash } from "node:crypto";
import type { TrajectoryJudgementRecord, TurnJudgementRecord } from "../../src/component/judgement-record.ts";
import type { Score, TrajectoryJudgement, TurnJudgement } from "../../src/model/judgement.ts";
import type { BuiltSession, Turn } from "../../src/model/session.ts";

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");
export const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 };

/** A turn whose digest follows from its texts. */
export function builtTurn(turn: number, fields: Partial<Turn> = {}): Turn {
  const { userContent = `question ${turn}`, assistantContent = `answer ${turn}` } = fields;
  return {
    turn,
    userContent,
    assistantContent,
    steps: [],
    aborted: false,
    inferred: false,
    traceIds: [],
    flags: [],
    usage,
    digest: digestOf(`${userContent}|${assistantContent}|${JSON.stringify(fields.steps ?? [])}`),
    ...fields,
  };
}

/** `turns` turns as builtTurn makes them, or those given. */
export function builtSession(turns: number | readonly Turn[], fields: Partial<BuiltSession> = {}): BuiltSession {
  const list = typeof turns === "number" ? Array.from({ length: turns }, (_, index) => builtTurn(index + 1)) : turns;
  return {
    source: "otlp",
    models: ["gpt-4o-mini"],
    dialects: ["gen-ai"],
    tools: [],
    turns: list,
    usage,
    digest: digestOf(list.map(({ digest }) => digest).join()),
    ...fields,
  };
}

const identity = (name: string, version: string) => ({ name, version });

export function turnJudgement(turn: number, score: Score, judge = identity("rules", "1")): TurnJudgement {
  return {
    turn,
    score,
    reasoning: `scored ${score}`,
    userSummary: "",
    userContent: "",
    assistantSummary: "",
    assistantContent: "",
    toolCalls: [],
    dimensions: {},
    evidence: [],
    judge,
  };
}

export interface RecordFields {
  readonly judge?: string;
  readonly version?: string;
  readonly rank?: number;
}

export function turnRecord(
  { turn, digest }: Turn,
  score: Score,
  { judge = "rules", version = "1", rank = 0 }: RecordFields = {},
): TurnJudgementRecord {
  const who = identity(judge, version);
  return { turn, digest, judge: who, rank, result: { status: "judged", judgement: turnJudgement(turn, score, who) } };
}

export function failedTurnRecord(
  { turn, digest }: Turn,
  { judge = "rules", version = "1", rank = 0 }: RecordFields = {},
): TurnJudgementRecord {
  const result = { status: "failed", code: "timeout", message: "took too long" } as const;
  return { turn, digest, judge: identity(judge, version), rank, result };
}

export function trajectoryRecord(
  { digest }: BuiltSession,
  score: Score,
  { judge = "rules", version = "1", rank = 0 }: RecordFields = {},
): TrajectoryJudgementRecord {
  const who = identity(judge, version);
  const judgement: TrajectoryJudgement = {
    score,
    reasoning: `scored ${score}`,
    completed: true,
    earlyTermination: false,
    failures: [],
    evidence: [],
    judge: who,
  };
  return { digest, judge: who, rank, result: { status: "judged", judgement } };
}
