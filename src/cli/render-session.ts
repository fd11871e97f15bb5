/** A judged session for reading in a terminal. Pure: the same session, width and paint give the same text. */
import type { JudgeState, SessionDetail, TrajectoryJudgement, Turn, TurnJudgement } from "@turnwise/client";
import { renderAttachments } from "./render-attachments.ts";
import { block, fact, type Layout, scoreMark } from "./render-block.ts";
import { renderMetricScores } from "./render-metric-scores.ts";
import { renderSteps } from "./render-steps.ts";
import { count, duration, money, tokens } from "./quantities.ts";
import { toPrintableLine } from "./printable.ts";
import { cutToWidth } from "./text-layout.ts";

/** `judges`: with them it is told whether people's labels say how far the judge is to be trusted. */
export function renderSession(session: SessionDetail, layout: Layout, judges: readonly JudgeState[] = []): string {
  const scoresOf = (turn: number | null) => session.metric_scores.filter((score) => score.turn === turn);
  const judging = session.trajectory !== null || session.turns.some((turn) => turn.judgement !== null);
  const lines = [
    ...renderHead(session, layout),
    ...session.turns.flatMap((turn) => [
      "",
      ...renderTurn(turn, layout),
      ...(judging ? renderJudgement(turn.judgement, layout) : []),
      ...renderMetricScores(scoresOf(turn.turn), layout),
    ]),
    "",
    ...(judging ? renderTrajectory(session, layout, judges) : [layout.paint("dim", "Not judged.")]),
    ...renderMetricScores(scoresOf(null), layout),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function renderHead(session: SessionDetail, layout: Layout): string[] {
  const { paint } = layout;
  const by = session.dialects.length > 0 ? `${session.source} (${session.dialects.join(", ")})` : session.source;
  return [
    `${paint("bold", `Session ${toPrintableLine(session.id)}`)}  ${session.status}`,
    ...fact("conversation", session.conversation_id, layout),
    ...fact("agent", session.agent_name, layout),
    ...fact("user", session.user_id, layout),
    ...fact("models", session.models.join(", "), layout),
    ...fact("source", by, layout),
    ...fact("started", session.started_at, layout),
    ...fact("totals", totals(session), layout),
    ...fact("error", session.error, layout),
    ...session.judging.flatMap((judging) =>
      judging.status === "judged" ? [] : fact(judging.judge, whyNot(judging), layout),
    ),
  ];
}

/** Why a judge did not judge the session, or not yet. */
function whyNot({ status, reason, retry_at }: SessionDetail["judging"][number]): string {
  const again = retry_at === null ? "" : `; it is asked again at ${retry_at}`;
  return `${status}${reason === null ? "" : `: ${reason}`}${again}`;
}

function totals({ total_turns, turns, usage, cost_usd, summary }: SessionDetail): string {
  const calls = turns.reduce((sum, turn) => sum + turn.tool_calls.length, 0);
  const scores = `${summary.helpful} helpful, ${summary.neutral} neutral, ${summary.harmful} harmful`;
  const parts = [count(total_turns, "turn"), count(calls, "tool call"), tokens(usage), money(cost_usd), scores];
  return parts.filter((part) => part !== "").join(" · ");
}

function renderTurn(turn: Turn, layout: Layout): string[] {
  const marks = [turn.aborted ? "aborted" : "", turn.inferred ? "inferred" : "", ...turn.flags];
  const facts = [...marks, duration(turn.started_at, turn.ended_at), tokens(turn.usage), money(turn.cost_usd)];
  const again = turn.regenerates_turn === null ? "" : ` (answers turn ${turn.regenerates_turn} anew)`;
  return [
    ...title(`Turn ${turn.turn}${again}`, facts.filter(Boolean).join(" · "), layout),
    ...block("user", turn.user_content, layout, "cyan"),
    ...renderAttachments("attached:", turn.attachments, layout, "cyan"),
    ...renderSteps(turn, layout, turn.assistant_content),
    ...(turn.assistant_content === null ? [] : block("agent", turn.assistant_content, layout, "green")),
    ...(turn.error === null ? [] : block("error", turn.error, layout, "red")),
  ];
}

function renderJudgement(judgement: TurnJudgement | null, layout: Layout): string[] {
  if (judgement === null) return block("judge", "not judged", layout, "dim");
  const remarks = Object.entries(judgement.dimensions).flatMap(([name, dimension]) =>
    dimension === undefined || dimension.score === 0
      ? []
      : [`${signed(dimension.score)} ${name}: ${dimension.reasoning}`],
  );
  const calls = judgement.tool_calls
    .filter((call) => call.score < 0)
    .map((call) => `${signed(call.score)} tool call: ${call.reasoning}`);
  return [
    ...block("judge", judgement.turn_reasoning, layout, "dim", scoreMark(judgement.score, layout.paint)),
    ...[...remarks, ...calls, ...renderVotes(judgement)].flatMap((remark) => block("", remark, layout, "dim")),
  ];
}

/** Who voted how, where several answers decided. */
function renderVotes({ agreement, trials }: TurnJudgement | TrajectoryJudgement): string[] {
  if (agreement === null) return [];
  const counted = trials.filter(({ score }) => score !== null);
  const votes = trials.map(({ model, score }) => `${model} ${score === null ? "no answer" : signed(score)}`);
  return [`${Math.round(agreement * counted.length)} of ${counted.length} votes: ${votes.join(", ")}`];
}

function renderTrajectory({ trajectory }: SessionDetail, layout: Layout, judges: readonly JudgeState[]): string[] {
  if (trajectory === null) return title("Trajectory", "not judged", layout);
  const { judge, completed, early_termination } = trajectory;
  const state = [completed ? "completed" : "not completed", ...(early_termination ? ["ended early"] : [])];
  const trust = judges.length === 0 || isCalibrated(judge, judges) ? "" : " (uncalibrated)";
  const by = `judged by ${judge.name}${trust} ${judge.version}${judge.model === null ? "" : ` with ${judge.model}`}`;
  return [
    ...title("Trajectory", [...state, by].join(" · "), layout),
    ...block("judge", trajectory.reasoning, layout, "dim", scoreMark(trajectory.score, layout.paint)),
    ...trajectory.failures.flatMap((failure) => renderFailure(failure, layout)),
    ...renderVotes(trajectory).flatMap((votes) => block("", votes, layout, "dim")),
  ];
}

/** Of the version that judged, whether or not it judges still. */
function isCalibrated({ name, version }: TrajectoryJudgement["judge"], judges: readonly JudgeState[]): boolean {
  const own = judges.find((judge) => judge.name === name)?.versions.find((each) => each.version === version);
  return own?.agreement.some(({ target, calibrated }) => target === "trajectory" && calibrated) ?? false;
}

function renderFailure(failure: TrajectoryJudgement["failures"][number], layout: Layout): string[] {
  return block("failure", `${failure.type} after turn ${failure.after_turn}: ${failure.description}`, layout, "red");
}

const signed = (score: number): string => (score > 0 ? `+${score}` : String(score));

/** On one line; facts that do not fit are cut. */
function title(name: string, facts: string, { paint, width }: Layout): string[] {
  const shown = cutToWidth(toPrintableLine(facts), Math.max(1, width - name.length - 2));
  return [facts === "" ? paint("bold", name) : `${paint("bold", name)}  ${paint("dim", shown)}`];
}
