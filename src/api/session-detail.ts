/** A session as the sessions API shows it: the derived model in snake_case, null for what is not known. Pure. */
import type { ShownMetricScore } from "../component/metric-scores.ts";
import type { JudgedSession, SessionSummary } from "../component/store.ts";
import type {
  Cut,
  Evidence,
  JudgeIdentity,
  ScoreSummary,
  TrajectoryFailure,
  TrajectoryJudgement,
  TurnJudgement,
} from "../model/judgement.ts";
import { type Judging, toJudgings } from "./judging-detail.ts";
import type { Transcript } from "../model/transcript.ts";
import type { Attachment, ModelCall, Step, SubAgent, TokenUsage, ToolCall, Turn } from "../model/session.ts";
import type {
  AttachmentDetail,
  CutDetail,
  MetricScoreDetail,
  ModelCallDetail,
  ScoreSummaryDetail,
  SessionDetail,
  SessionListItem,
  SubAgentDetail,
  ToolCallDetail,
  TrajectoryJudgementDetail,
  TranscriptDetail,
  TurnDetail,
  TurnJudgementDetail,
  Usage,
} from "./contract.ts";

/** `judges`: those that are configured, evaluators too; the session tells of each what became of its work. */
export function toSessionDetail(judged: JudgedSession, judges: readonly Judging[] = []): SessionDetail {
  const { session, turnJudgements, trajectory, summary, metricScores = [] } = judged;
  return {
    ...toSessionHead(session),
    system_prompt: session.systemPrompt ?? null,
    total_turns: session.turns.length,
    turns: session.turns.map((turn) => toTurnDetail(turn, turnJudgements.get(turn.turn))),
    trajectory: trajectory === undefined ? null : toTrajectoryDetail(trajectory),
    summary: toScoreSummaryDetail(summary),
    metric_scores: metricScores.map(toMetricScoreDetail),
    judging: toJudgings(judged, judges),
    transcript: session.transcript === undefined ? null : toTranscriptDetail(session.transcript),
  };
}

export function toMetricScoreDetail(score: ShownMetricScore): MetricScoreDetail {
  const { name, evaluator, value, label, explanation, turn, error } = score;
  return {
    name,
    evaluator,
    value,
    label: label ?? null,
    explanation: explanation ?? null,
    turn: turn ?? null,
    error: error ?? null,
  };
}

export function toSessionSummary(session: SessionSummary): SessionListItem {
  return {
    ...toSessionHead(session),
    total_turns: session.totalTurns,
    first_user_content: session.firstUserContent ?? null,
    last_assistant_content: session.lastAssistantContent ?? null,
    summary: toScoreSummaryDetail(session.summary),
  };
}

type Head = Omit<SessionSummary, "totalTurns" | "firstUserContent" | "lastAssistantContent" | "summary">;

function toSessionHead(session: Head) {
  return {
    id: session.id,
    conversation_id: session.conversationId ?? null,
    source: session.source,
    status: session.status,
    agent_name: session.agentName ?? null,
    user_id: session.userId ?? null,
    models: [...session.models],
    dialects: [...session.dialects],
    // Messages carry no times: such a session began, for all that is known, when it was received.
    started_at: (session.startedAt ?? session.createdAt).toISOString(),
    last_activity_at: session.lastActivityAt.toISOString(),
    created_at: session.createdAt.toISOString(),
    revision: session.revision,
    usage: toUsage(session.usage),
    cost_usd: session.costUsd ?? null,
    metadata: session.metadata,
    error: session.error ?? null,
  };
}

export function toTurnDetail(turn: Turn, judgement: TurnJudgement | undefined): TurnDetail {
  return {
    turn: turn.turn,
    user_content: turn.userContent,
    attachments: toAttachments(turn.attachments),
    assistant_content: turn.assistantContent ?? null,
    error: turn.error ?? null,
    aborted: turn.aborted,
    inferred: turn.inferred,
    regenerates_turn: turn.regeneratesTurn ?? null,
    started_at: toTime(turn.startedAt),
    ended_at: toTime(turn.endedAt),
    trace_ids: [...turn.traceIds],
    flags: [...turn.flags],
    usage: toUsage(turn.usage),
    cost_usd: turn.costUsd ?? null,
    ...toStepDetails(turn.steps),
    judgement: judgement === undefined ? null : toTurnJudgementDetail(judgement),
  };
}

function toStepDetails(steps: readonly Step[]) {
  return {
    model_calls: steps.filter((step) => step.type === "model_call").map(toModelCallDetail),
    tool_calls: steps.filter((step) => step.type === "tool_call").map(toToolCallDetail),
  };
}

function toModelCallDetail(call: ModelCall): ModelCallDetail {
  return {
    span_id: call.spanId ?? null,
    provider: call.provider ?? null,
    model: call.model ?? null,
    response_model: call.responseModel ?? null,
    content: call.content ?? null,
    reasoning: call.reasoning ?? null,
    attachments: toAttachments(call.attachments),
    finish_reason: call.finishReason ?? null,
    usage: call.usage === undefined ? null : toUsage(call.usage),
    error: call.error ?? null,
    started_at: toTime(call.startedAt),
    ended_at: toTime(call.endedAt),
  };
}

function toToolCallDetail(call: ToolCall): ToolCallDetail {
  return {
    id: call.id ?? null,
    name: call.name,
    arguments: call.arguments,
    result: call.result ?? null,
    error: call.error ?? null,
    provider_run: call.providerRun === true,
    span_id: call.spanId ?? null,
    started_at: toTime(call.startedAt),
    ended_at: toTime(call.endedAt),
    sub_agent: call.subAgent === undefined ? null : toSubAgentDetail(call.subAgent),
  };
}

function toAttachments(attachments: readonly Attachment[] = []): AttachmentDetail[] {
  return attachments.map(({ kind, mediaType, name, uri, bytes }) => ({
    kind,
    media_type: mediaType ?? null,
    name: name ?? null,
    uri: uri ?? null,
    bytes: bytes ?? null,
  }));
}

function toSubAgentDetail(subAgent: SubAgent): SubAgentDetail {
  return { ...toStepDetails(subAgent.steps), usage: toUsage(subAgent.usage) };
}

export function toTurnJudgementDetail(judgement: TurnJudgement): TurnJudgementDetail {
  return {
    turn: judgement.turn,
    score: judgement.score,
    turn_reasoning: judgement.reasoning,
    user_summary: judgement.userSummary,
    user_content: judgement.userContent,
    assistant_summary: judgement.assistantSummary,
    assistant_content: judgement.assistantContent,
    tool_calls: judgement.toolCalls.map((call) => ({
      id: call.id ?? null,
      score: call.score,
      summary: call.summary,
      reasoning: call.reasoning,
      call_content: call.callContent,
    })),
    dimensions: judgement.dimensions,
    ...toJudged(judgement),
  };
}

export function toTrajectoryDetail(judgement: TrajectoryJudgement): TrajectoryJudgementDetail {
  return {
    score: judgement.score,
    reasoning: judgement.reasoning,
    completed: judgement.completed,
    early_termination: judgement.earlyTermination,
    failures: judgement.failures.map(toFailureDetail),
    ...toJudged(judgement),
  };
}

function toFailureDetail(failure: TrajectoryFailure) {
  return {
    type: failure.type,
    description: failure.description,
    after_turn: failure.afterTurn,
    message_index: failure.messageIndex ?? null,
    span_id: failure.spanId ?? null,
  };
}

/** `superseded` is always false here: the store hands out only judgements of the session as it is now. */
function toJudged(judgement: TurnJudgement | TrajectoryJudgement) {
  const { judge, usage, costUsd, agreement, trials = [], evidence, cut, traceId } = judgement;
  return {
    judge: toJudgeDetail(judge),
    usage: usage === undefined ? null : toUsage(usage),
    cost_usd: costUsd ?? null,
    agreement: agreement ?? null,
    trials: trials.map(({ model, score, reasoning }) => ({ model, score: score ?? null, reasoning })),
    evidence: evidence.map(toEvidenceDetail),
    cut: cut === undefined ? null : toCutDetail(cut),
    trace_id: traceId ?? null,
    superseded: false,
  };
}

function toCutDetail({ shortened, turns, findings }: Cut): CutDetail {
  return {
    shortened: shortened.map(({ kind, characters }) => ({ kind, characters })),
    turns: turns.map(({ from, to }) => ({ from, to })),
    findings,
  };
}

function toJudgeDetail(judge: JudgeIdentity) {
  return {
    name: judge.name,
    version: judge.version,
    model: judge.model ?? null,
    prompt_hash: judge.promptHash ?? null,
  };
}

function toEvidenceDetail(evidence: Evidence) {
  return {
    span_id: evidence.spanId ?? null,
    quote: evidence.quote ?? null,
    message_index: evidence.messageIndex ?? null,
  };
}

export function toScoreSummaryDetail(summary: ScoreSummary): ScoreSummaryDetail {
  return {
    total_turns: summary.totalTurns,
    judged_turns: summary.judgedTurns,
    helpful: summary.helpful,
    neutral: summary.neutral,
    harmful: summary.harmful,
    net_score: summary.netScore,
    trajectory_score: summary.trajectoryScore,
  };
}

function toTranscriptDetail({ parser, confidence, language, speakers, notes }: Transcript): TranscriptDetail {
  return {
    parser,
    confidence,
    language: language ?? null,
    speakers: speakers.map(({ label, role }) => ({ label, role })),
    notes: [...notes],
  };
}

function toUsage(usage: TokenUsage): Usage {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    reasoning_tokens: usage.reasoningTokens,
  };
}

const toTime = (date: Date | undefined): string | null => date?.toISOString() ?? null;
