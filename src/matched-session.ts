/** A session as the matchers of `turnwise/vitest` look at it, wherever it comes from. */
import type { SessionDetail, ToolCall as ToolCallDetail, Turn as TurnDetail, Usage } from "@turnwise/client";
import type { Trajectory } from "./evaluation/validators/validator.ts";
import type { BuiltSession, JsonValue, Step, TokenUsage } from "./model/session.ts";

/** From a client of the server, from `readSessions`, built by the server's own code, or just turns: an agent's answers, a trace. */
export type AnySession = SessionDetail | BuiltSession | Trajectory;

export interface MatchedSession {
  readonly trajectory: Trajectory;
  /** Absent: it is not known. */
  readonly costUsd?: number;
  /** Of the turns that were judged. */
  readonly turnJudgements: readonly { readonly turn: number; readonly score: number; readonly reasoning: string }[];
  /** Absent: the session as a whole was not judged. */
  readonly judged?: { readonly score: number; readonly completed: boolean; readonly reasoning: string };
  /** `metric`: `evaluator/name`. */
  readonly metricScores: readonly { readonly metric: string; readonly value: number }[];
}

/** The session as validators and metrics read it. Throws a TypeError for what is no session. */
export const trajectoryOf = (session: AnySession): Trajectory => toMatchedSession(session).trajectory;

/** Throws a TypeError for what is no session. */
export function toMatchedSession(session: unknown): MatchedSession {
  if (!isSession(session)) throw new TypeError("expected a session: of the client, of readSessions, or one with turns");
  if (isDetail(session)) return ofDetail(session);
  const costUsd = "costUsd" in session ? session.costUsd : undefined;
  return { trajectory: session, turnJudgements: [], metricScores: [], ...(costUsd === undefined ? {} : { costUsd }) };
}

const isSession = (value: unknown): value is AnySession =>
  typeof value === "object" && value !== null && "turns" in value && Array.isArray(value.turns);

const isDetail = (session: AnySession): session is SessionDetail => "total_turns" in session;

function ofDetail({ turns, trajectory, cost_usd, metric_scores }: SessionDetail): MatchedSession {
  return {
    trajectory: { turns: turns.map(toTurn) },
    turnJudgements: turns.flatMap(({ turn, judgement }) =>
      judgement === null ? [] : [{ turn, score: judgement.score, reasoning: judgement.turn_reasoning }],
    ),
    metricScores: metric_scores.flatMap(({ evaluator, name, value }) =>
      value === null ? [] : [{ metric: `${evaluator}/${name}`, value }],
    ),
    ...(cost_usd === null ? {} : { costUsd: cost_usd }),
    ...(trajectory === null ? {} : { judged: trajectory }),
  };
}

function toTurn(detail: TurnDetail): Trajectory["turns"][number] {
  const { turn, user_content, assistant_content, started_at, ended_at, model_calls, tool_calls, flags } = detail;
  const steps = [
    ...model_calls.map(({ content, reasoning, usage, started_at }) => ({
      startedAt: started_at,
      step: {
        type: "model_call",
        ...(content === null ? {} : { content }),
        ...(reasoning === null ? {} : { reasoning }),
        ...(usage === null ? {} : { usage: toUsage(usage) }),
      } satisfies Step,
    })),
    ...tool_calls.map((call) => ({ startedAt: call.started_at, step: toToolCall(call) })),
  ];
  return {
    turn,
    userContent: user_content,
    ...(assistant_content === null ? {} : { assistantContent: assistant_content }),
    ...(started_at === null ? {} : { startedAt: new Date(started_at) }),
    ...(ended_at === null ? {} : { endedAt: new Date(ended_at) }),
    flags,
    steps: inOrder(steps),
  };
}

const toUsage = ({ input_tokens, output_tokens, cached_input_tokens, reasoning_tokens }: Usage): TokenUsage => ({
  inputTokens: input_tokens,
  outputTokens: output_tokens,
  cachedInputTokens: cached_input_tokens,
  reasoningTokens: reasoning_tokens,
});

interface StartedStep {
  readonly startedAt: string | null;
  readonly step: Step;
}

/** The API tells model calls and tool calls apart; where all have a time that says which came first. */
function inOrder(steps: readonly StartedStep[]): readonly Step[] {
  const isTimed = steps.every(({ startedAt }) => startedAt !== null);
  const sorted = isTimed ? steps.toSorted((a, b) => timeOf(a) - timeOf(b)) : steps;
  return sorted.map(({ step }) => step);
}

const timeOf = ({ startedAt }: StartedStep): number => Date.parse(startedAt ?? "");

function toToolCall({ name, arguments: given, result, error }: ToolCallDetail): Step {
  const outcome = error === null ? { result: toJson(result) } : { error };
  return { type: "tool_call", name, arguments: toJson(given), ...outcome };
}

/** What was read from JSON, is. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the client's types say unknown for JSON
const toJson = (value: unknown): JsonValue => value as JsonValue;
