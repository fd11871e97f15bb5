/** A session's row as it is shown in lists and on its own page. */
import type { SessionSummary } from "../../component/store.ts";
import type { Score } from "../../model/judgement.ts";
import { toScoreSummary } from "../../model/score-summary.ts";
import type { Session, SessionSource, SessionStatus } from "../../model/session.ts";
import { type BuiltHeader, emptyHeader, parseHeader } from "./built-json.ts";
import { parseStored } from "./stored-json.ts";

export const sessionColumns = `
  session_no AS sessionNo, session_id AS id, source, conversation_id AS conversationId, status, error, metadata,
  instructions, evaluate_safety AS evaluateSafety, created_ms AS createdMs, start_us AS startUs,
  last_activity_ms AS lastActivityMs, revision, digest, total_turns AS totalTurns, helpful, neutral, harmful,
  trajectory_score AS trajectoryScore, judging, header`;

export interface SessionRowShown {
  readonly sessionNo: number;
  readonly id: string;
  readonly source: SessionSource;
  readonly conversationId: string | null;
  readonly status: SessionStatus;
  readonly error: string | null;
  readonly metadata: string;
  readonly instructions: string | null;
  readonly evaluateSafety: number;
  readonly createdMs: number;
  readonly startUs: number;
  readonly lastActivityMs: number;
  readonly revision: number;
  readonly digest: string;
  readonly totalTurns: number;
  readonly helpful: number;
  readonly neutral: number;
  readonly harmful: number;
  readonly trajectoryScore: Score | null;
  readonly judging: string;
  readonly header: string | null;
}

type SessionHeader = Omit<Session, "turns" | "tools" | "systemPrompt" | "transcript" | "digest">;

export function toSessionHeader(row: SessionRowShown): SessionHeader {
  const { firstUserContent: _, lastAssistantContent: __, ...header } = headerOf(row);
  return { ...header, ...storedFields(row) };
}

export function toSessionSummary(row: SessionRowShown): SessionSummary {
  return { ...headerOf(row), ...storedFields(row), totalTurns: row.totalTurns, summary: toScoreSummary(row) };
}

function headerOf({ header, source, startUs }: SessionRowShown): BuiltHeader {
  if (header !== null) return parseHeader(header);
  return { ...emptyHeader(source), startedAt: new Date(startUs / 1000) };
}

function storedFields(row: SessionRowShown) {
  const { id, conversationId, status, error, metadata, instructions, createdMs, lastActivityMs, revision } = row;
  return {
    id,
    status,
    revision,
    createdAt: new Date(createdMs),
    lastActivityAt: new Date(lastActivityMs),
    metadata: parseStored<Session["metadata"]>(metadata),
    judging: { evaluateSafety: row.evaluateSafety === 1, ...(instructions === null ? {} : { instructions }) },
    ...(conversationId === null ? {} : { conversationId }),
    ...(error === null ? {} : { error }),
  };
}
